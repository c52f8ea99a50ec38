"""The flag engine behind the interface that OpenFeature defines, without the network that flagd's own provider has.

One client per set of flags: the SDK's registry is one per process and keeps for good what it was given, while a
process here opens several stores (a worker's job, a test). Leaves to others: where flags come from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from openfeature.client import OpenFeatureClient
from openfeature.contrib.tools.flagd.core import FlagdCore
from openfeature.evaluation_context import EvaluationContext
from openfeature.flag_evaluation import FlagResolutionDetails, FlagValueType
from openfeature.provider import AbstractProvider, FeatureProvider, Metadata, ProviderStatus

_Object = Sequence[FlagValueType] | Mapping[str, FlagValueType]


class FlagdProvider(AbstractProvider):
    """Answers from the set that was given last. The SDK calls by these very parameter names; others would

    make it log an error and answer with its default.
    """

    def __init__(self) -> None:
        super().__init__()
        self._core = FlagdCore()

    def replace(self, flags: Mapping[str, dict[str, Any]]) -> None:
        """From now on these, all at once. Raises ParseError and changes nothing for what is no flag."""
        core = FlagdCore()
        core.set_flags({"flags": {key: dict(flag) for key, flag in flags.items()}})
        self._core = core

    def get_metadata(self) -> Metadata:
        return Metadata(name="wufen")

    def resolve_boolean_details(
        self, flag_key: str, default_value: bool, evaluation_context: EvaluationContext | None = None
    ) -> FlagResolutionDetails[bool]:
        return self._core.resolve_boolean_value(flag_key, default_value, evaluation_context)

    def resolve_string_details(
        self, flag_key: str, default_value: str, evaluation_context: EvaluationContext | None = None
    ) -> FlagResolutionDetails[str]:
        return self._core.resolve_string_value(flag_key, default_value, evaluation_context)

    def resolve_integer_details(
        self, flag_key: str, default_value: int, evaluation_context: EvaluationContext | None = None
    ) -> FlagResolutionDetails[int]:
        return self._core.resolve_integer_value(flag_key, default_value, evaluation_context)

    def resolve_float_details(
        self, flag_key: str, default_value: float, evaluation_context: EvaluationContext | None = None
    ) -> FlagResolutionDetails[float]:
        return self._core.resolve_float_value(flag_key, default_value, evaluation_context)

    def resolve_object_details(
        self, flag_key: str, default_value: _Object, evaluation_context: EvaluationContext | None = None
    ) -> FlagResolutionDetails[_Object]:
        return self._core.resolve_object_value(flag_key, default_value, evaluation_context)


class Client(OpenFeatureClient):
    """A client of one provider that is always ready."""

    def __init__(self, provider: FlagdProvider) -> None:
        super().__init__(domain=None, version=None)
        self._own = provider

    @property
    def provider(self) -> FeatureProvider:
        return self._own

    def get_provider_status(self) -> ProviderStatus:
        return ProviderStatus.READY
