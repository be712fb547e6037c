"""Adopt: take a class over without its journal, from what the repositories themselves prove.

A repository is found at its address, or elsewhere by its marker, and is taken down in the journal
only where its first commit proves it (see ``proof.py``). Nothing is ever pushed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from mlstarter.cohort.addresses import Addresses, Ambiguous
from mlstarter.cohort.journal import Journal, RepositoryEntry
from mlstarter.cohort.offer_proof import OfferProver, offered_editions
from mlstarter.cohort.offers import PREFIX
from mlstarter.cohort.private_clone import MAIN, at_hand
from mlstarter.cohort.proof import NotProven, Proof, Prover
from mlstarter.cohort.remotes import NoAddress, repository_name
from mlstarter.cohort.roster import Student
from mlstarter.cohort.server_answers import Absent, RemoteFailed, no_main
from mlstarter.errors import NeedsAttention

Outcome = Literal["adopted", "verified", "unproved", "absent"]


@dataclass(frozen=True, slots=True)
class Adoption:
    """What became of one student's repository.

    ``outcome`` is "adopted", "verified" (the journal had it already), "unproved" or "absent".
    ``reason`` is a sentence for the last two. ``offers`` are the open branches of updates that the
    journal did not know.
    """

    outcome: Outcome
    url: str = ""
    commit_id: str = ""
    reason: str = ""
    offers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Adopter:
    """Takes the repositories of one course into its journal."""

    prover: Prover
    addresses: Addresses
    journal: Journal

    def adopt(self, student: Student) -> Adoption:
        """Take one student's repository over; raises RemoteFailed and its kinds."""
        entry = self.journal.entry(student.student_id)
        if entry is not None and entry.state == "verified":
            return Adoption(
                "verified", entry.url, entry.commit_id, offers=self._new_offers(student)
            )
        here = self._roster_url(student)
        reason = ""
        try:
            for url in self._candidates(student, here):
                try:
                    proof = self.prove(student, url)
                except Absent:
                    continue
                except NotProven as error:
                    # What lies at the roster's address is what the instructor looks for first.
                    reason = reason or error.message
                    continue
                self.record(student, url, proof)
                offers = tuple(f"{PREFIX}{offer.version}" for offer in proof.offers)
                return Adoption("adopted", url, proof.commit_id, offers=offers)
        except Ambiguous as error:
            reason = reason or error.message
        if reason:
            return Adoption("unproved", here, reason=reason)
        where = here or "any address of the class"
        reason = f"There is no repository of {student.student_id} at {where}."
        return Adoption("absent", here, reason=reason)

    def prove(self, student: Student, url: str) -> Proof:
        """Return what proves that the repository at ``url`` is a student's.

        Raises NotProven where nothing does, Absent where there is none or an empty one.
        """
        transport = self.addresses.remote.transport
        refs = transport.refs(url)
        if MAIN not in refs:
            error = no_main(url, refs)
            if isinstance(error, Absent):
                raise error
            raise NotProven(error.message, hint=error.hint)
        names = self._folder_names(student, url)
        with at_hand(url, refs, transport) as project:
            proof = self.prover.prove(student, project, refs[MAIN], *names)
            offers = OfferProver(self.prover).offers(student, project, refs, *names)
        return replace(proof, offers=tuple(offers))

    def record(self, student: Student, url: str, proof: Proof) -> RepositoryEntry:
        """Write into the journal what was proven."""
        self.journal.remember("layers", proof.layers)
        entry = RepositoryEntry(
            student.student_id, url, "verified", proof.stamp, proof.commit_id, proof.version
        )
        self.journal.record(entry)
        for offer in proof.offers:
            self.journal.deliver(offer)
        # Who works there was let in by those who handed it out.
        for person in student.people:
            self.journal.give_access(student.student_id, person.student_id)
        return entry

    def _new_offers(self, student: Student) -> tuple[str, ...]:
        """Write down what others have offered since; return the branches.

        Nothing where the repository is gone or not reached: adopting is not what repairs that.
        """
        try:
            location = self.addresses.locate(student)
        except (NeedsAttention, RemoteFailed):
            return ()
        url, refs = location.entry.url, dict(location.refs)
        known_editions = {each.version for each in self.journal.deliveries(student.student_id)}
        if MAIN not in refs or not offered_editions(refs) - known_editions:
            return ()
        with at_hand(url, refs, self.addresses.remote.transport) as project:
            names = self._folder_names(student, url)
            offers = OfferProver(self.prover).offers(student, project, refs, *names)
        own = [offer for offer in offers if offer.version not in known_editions]
        for offer in own:
            self.journal.deliver(offer)
        return tuple(f"{PREFIX}{offer.version}" for offer in own)

    def _folder_names(self, student: Student, url: str) -> list[str]:
        """Return what a repository's folder may be called in a render, each once.

        A render may hold the folder's name, which was the roster's when it was made.
        """
        addresses = (self._roster_url(student), url)
        return list(dict.fromkeys(repository_name(each) for each in addresses if each))

    def _candidates(self, student: Student, here: str) -> Iterator[str]:
        """Yield the addresses to look at: the roster's, then where the marker is found."""
        if here:
            yield here
        yield from self.addresses.elsewhere(student)

    def _roster_url(self, student: Student) -> str:
        try:
            return self.addresses.remote.url(student)
        except NoAddress:
            return ""
