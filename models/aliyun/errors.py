"""What the platform's codes mean for us. Pure. One that is not in a table is permanent, and told to the operators."""

from __future__ import annotations

from datetime import timedelta

from models.providers.failures import (
    Limited,
    Permanent,
    ProviderFailure,
    Setup,
    Transient,
    Unanswered,
    Unreachable,
)

_UNREACHABLE = {
    "isv.MOBILE_NUMBER_ILLEGAL": "number_invalid",
    "isv.MOBILE_COUNT_OVER_LIMIT": "number_invalid",
    "isv.BLACKLISTED_NUMBER": "number_refuses",
    "isv.CUSTOMER_REFUSED": "number_refuses",
    "isv.NO_NOT_EXIST": "number_invalid",
    "isv.BIND_CONFLICT": "number_taken",
}
_SETUP = {
    "isv.AMOUNT_NOT_ENOUGH": "no_credit",
    "isv.OUT_OF_SERVICE": "no_credit",
    "isv.DAY_LIMIT_CONTROL": "quota",
    "isv.MONTH_LIMIT_CONTROL": "quota",
    "isp.RAM_PERMISSION_DENY": "not_permitted",
    "isv.RAM_CHECK_FAILED": "not_permitted",
    "Forbidden.RAM": "not_permitted",
    "NoPermission": "not_permitted",
    "isv.DENY_IP_RANGE": "address_not_listed",
    "isv.ACCOUNT_NOT_EXISTS": "account_wrong",
    "isv.ACCOUNT_ABNORMAL": "account_frozen",
    "isv.PARTNER_NOT_EXIST": "account_wrong",
    "isv.PRODUCT_UN_SUBSCRIPT": "account_wrong",
    "isv.PRODUCT_UNSUBSCRIBE": "account_wrong",
    "InvalidAccessKeyId.NotFound": "account_wrong",
    "InvalidAccessKeyId.Inactive": "account_frozen",
    "SignatureDoesNotMatch": "secret_wrong",
    "IncompleteSignature": "secret_wrong",
    "InvalidTimeStamp.Expired": "clock_wrong",
    "isv.SMS_TEMPLATE_ILLEGAL": "template_wrong",
    "isv.SMS_SIGNATURE_ILLEGAL": "template_wrong",
    "isv.SMS_SIGNATURE_SCENE_ILLEGAL": "template_wrong",
    "isv.TEMPLATE_MISSING_PARAMETERS": "template_wrong",
    "isv.TEMPLATE_PARAMS_ILLEGAL": "template_wrong",
    "isv.TTS_TEMPLATE_ILLEGAL": "template_wrong",
    "isv.VOICE_FILE_ILLEGAL": "template_wrong",
    "isv.POOLKEY_NOT_EXISTS": "pool_wrong",
    "isv.NO_AVAILABLE_NUMBER": "pool_empty",
    "isv.BUY_NUM_OVER_LIMIT": "pool_empty",
    "isv.FORBIDDEN_ACTION": "not_permitted",
}
_PERMANENT = {
    "isv.PARAM_LENGTH_LIMIT": "field_refused",
    "isv.PARAM_NOT_SUPPORT_URL": "field_refused",
    "isv.INVALID_JSON_PARAM": "field_refused",
    "isv.INVALID_PARAMETERS": "field_refused",
    "isv.ILLEGAL_ARGUMENT": "field_refused",
    "isv.EXPIRE_DATE_ILLEGAL": "field_refused",
    "isv.BLACK_KEY_CONTROL_LIMIT": "words_refused",
    "isv.SMS_CONTENT_ILLEGAL": "words_refused",
    "isv.SUBS_NOT_EXIST": "not_there",
}
_TRANSIENT = frozenset({
    "isp.SYSTEM_ERROR", "isp.UNKNOWN_ERR_CODE", "isp.DAO_EXCEPTION", "isp.GATEWAY_ERROR", "ServiceUnavailable",
    "SignatureNonceUsed",
})  # fmt: skip
_LIMITED = frozenset({"Throttling", "Throttling.User", "Throttling.Api", "isv.FLOW_LIMIT"})
MINUTE, SECONDS = timedelta(minutes=1), timedelta(seconds=5)


def failure_of(code: str, message: str = "") -> ProviderFailure:
    """The failure that a code other than OK is. ``message`` is looked at for the length of a limit, and not told."""
    if code == "isv.BUSINESS_LIMIT_CONTROL":
        return _too_often(code, message)
    if code in _LIMITED:
        return Limited("provider_limit", code, SECONDS)
    if code in _TRANSIENT:
        return Transient("busy", code)
    if code == "InternalError":
        return Unanswered("provider_failed", code)
    for kind, reasons in ((Unreachable, _UNREACHABLE), (Setup, _SETUP)):
        if code in reasons:
            return kind(reasons[code], code)
    return Permanent(_PERMANENT.get(code, "refused"), code)


def _too_often(code: str, message: str) -> ProviderFailure:
    """This number has had as many as it may: of the minute it is worth waiting for, of the hour or day it is not."""
    if "分钟" in message or "minute" in message.lower():
        return Limited("provider_limit", code, MINUTE)
    return Unreachable("person_limited", code)
