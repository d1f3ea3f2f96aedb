"""Rules made of rules."""

from collections.abc import Sequence

from querist.exceptions import InvalidParameterError
from querist.stopping.observation import Observation, Proposal
from querist.stopping.rule import StoppingRule


class _Combined(StoppingRule):
    """Shows every observation to all its rules, since all of them must see every round."""

    def __init__(self, rules: Sequence[StoppingRule]) -> None:
        self.rules = rules

    @property
    def needs(self) -> frozenset[str]:
        """What any of the rules needs: one that could never propose would be of no use."""
        return frozenset().union(*(rule.needs for rule in self.rules))

    def reset(self) -> None:
        """Forget all observations, in every rule."""
        for rule in self.rules:
            rule.reset()

    def _ask(self, observation: Observation) -> list[Proposal]:
        if not self.rules or not all(isinstance(rule, StoppingRule) for rule in self.rules):
            raise InvalidParameterError(f"{type(self).__name__} needs one or more stopping rules, got {self.rules!r}.")
        return [rule.update(observation) for rule in self.rules]


class AllOf(_Combined):
    """Stop when all rules propose it in the same round.

    Parameters
    ----------
    rules : sequence of StoppingRule
    """

    def update(self, observation: Observation) -> Proposal:
        """Ask every rule."""
        proposals = self._ask(observation)
        against = [proposal for proposal in proposals if not proposal.stop]
        # The rules against it say why not.
        return Proposal(not against, " ".join(proposal.reason for proposal in against or proposals))


class AnyOf(_Combined):
    """Stop when one of the rules proposes it.

    Parameters
    ----------
    rules : sequence of StoppingRule
    """

    def update(self, observation: Observation) -> Proposal:
        """Ask every rule."""
        proposals = self._ask(observation)
        in_favour = [proposal for proposal in proposals if proposal.stop]
        return Proposal(bool(in_favour), " ".join(proposal.reason for proposal in in_favour or proposals))


def all_of(*rules: StoppingRule) -> AllOf:
    """Return the rule that stops when all of `rules` propose it in the same round."""
    return AllOf(rules)


def any_of(*rules: StoppingRule) -> AnyOf:
    """Return the rule that stops when one of `rules` proposes it."""
    return AnyOf(rules)
