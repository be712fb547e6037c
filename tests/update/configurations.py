"""Git configurations that people really have, by name: an update must not mind any of them.

``MLSTARTER_TEST_GIT=NAME`` puts one under every test of this folder; in the full run
``test_configurations.py`` does so for each.
"""

from __future__ import annotations

VARIABLE = "MLSTARTER_TEST_GIT"

CONFIGURATIONS = {
    "git for windows": "[core]\n\tautocrlf = true\n\tsafecrlf = warn\n\tlongpaths = true\n",
    "crlf input": "[core]\n\tautocrlf = input\n\tsafecrlf = true\n",
    "eol crlf": "[core]\n\teol = crlf\n",
    "macos": "[core]\n\tignoreCase = false\n\tprecomposeUnicode = true\n\ttrustctime = false\n",
    "shared disk": "[core]\n\tfileMode = false\n\tsymlinks = true\n\tcheckStat = minimal\n",
    "many files": "[feature]\n\tmanyFiles = true\n[index]\n\tversion = 4\n[core]\n"
    "\tuntrackedCache = true\n\tsplitIndex = true\n",
    "monitor": "[core]\n\tfsmonitor = /bin/false\n\tuntrackedCache = keep\n",
    "signing": "[commit]\n\tgpgSign = true\n[tag]\n\tgpgSign = true\n[gpg]\n\tprogram = false\n",
    "own hooks": "[core]\n\thooksPath = /no-such-folder/hooks\n[init]\n\tdefaultBranch = trunk\n",
    "lfs": '[filter "lfs"]\n\tclean = cat\n\tsmudge = cat\n\trequired = true\n',
    "careful": '[safe]\n\tbareRepository = explicit\n[protocol "file"]\n\tallow = never\n'
    "[transfer]\n\tfsckObjects = true\n[fetch]\n\tprune = true\n[push]\n\tdefault = nothing\n",
    "quiet status": "[status]\n\tshowUntrackedFiles = no\n\trelativePaths = false\n[diff]\n"
    "\trenames = copies\n\tnoprefix = true\n\tmnemonicPrefix = true\n[merge]\n\tff = only\n"
    "\tconflictStyle = zdiff3\n",
    "old encodings": "[i18n]\n\tcommitEncoding = ISO-8859-1\n\tlogOutputEncoding = ISO-8859-1\n"
    "[core]\n\tquotePath = true\n\tabbrev = 4\n",
    "submodules": "[submodule]\n\trecurse = true\n[fetch]\n\trecurseSubmodules = true\n",
    "rewriting": '[url "ssh://git@github.com/"]\n\tinsteadOf = https://github.com/\n[rerere]\n'
    "\tenabled = true\n\tautoUpdate = true\n",
}
