"""GitHub as a place for repositories.

The wire format is https://docs.github.com/en/rest (version 2022-11-28). The tests hold it against
a stand-in that speaks that format, not against GitHub itself.

    remote -> api -> limits
           -> credential, activity, address
"""
