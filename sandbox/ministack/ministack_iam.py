"""Makes MiniStack decide by IAM policies as AWS does, where the roles of this app would notice the difference.

Sources: Service Authorization Reference of IAM and of Secrets Manager, API_GetSessionToken; MiniStack is pinned
(requirements.txt).
"""

import contextvars
import re
from urllib.parse import parse_qs

from ministack.core import iam_actions, iam_evaluator
from ministack.services import iam, sts, tagging

SERVICE_TAG = re.compile(r"(iam|secretsmanager):ResourceTag/(.+)", re.IGNORECASE)
CODE = re.compile(r"\d{6}", re.ASCII)

condition_key = iam_evaluator._resolve_condition_key
principal_keys = iam_evaluator._principal_keys
resource_arn = iam_actions.extract_resource_arn
sts_request = sts.handle_request
register_session = sts.register_session

# The MFA device that the STS request under way gives a code of.
mfa_device = contextvars.ContextVar("mfa_device", default=None)


def condition_key_with_service_tags(key, context):
    """The service's own name for `aws:ResourceTag/...`, which MiniStack takes for a key that is not there."""
    match = SERVICE_TAG.fullmatch(key)
    if not match:
        return condition_key(key, context)
    return (tagging.resource_tags(context.resource_arn) or {}).get(match[2])


def resource_arn_with_user_path(service, method, path, headers, body, query_params, *rest):
    """An IAM user's own ARN, which has its path in it; GetAccessKeyLastUsed names the user by a key."""
    user = iam_user(query_params) if service == "iam" else None
    return user["Arn"] if user else resource_arn(service, method, path, headers, body, query_params, *rest)


def iam_user(query_params):
    name = iam_actions._query_param(query_params, "UserName")
    if not name:
        key = iam._access_keys.get(iam_actions._query_param(query_params, "AccessKeyId"))
        name = key and key["UserName"]
    return iam._users.get(name)


async def sts_request_with_mfa(method, path, headers, body, query_params):
    """Notes what MiniStack does not read. A code has to look like one: the device's seed is none to count codes from."""
    parameters = parse_qs(body.decode()) if body else {}
    [serial], [code] = parameters.get("SerialNumber", [None]), parameters.get("TokenCode", [""])
    mfa_device.set(iam._mfa_devices.get(serial) if CODE.fullmatch(code) else None)
    return await sts_request(method, path, headers, body, query_params)


def register_session_with_mfa(access_key, session):
    device = mfa_device.get()
    own = device and session.get("PrincipalType") == "User" and device["User"] == session.get("PrincipalName")
    register_session(access_key, {**session, "MfaPresent": bool(own)})


def principal_keys_with_mfa(credential):
    """`aws:MultiFactorAuthPresent` of a session that was opened with MFA, which MiniStack always calls false."""
    session = sts._sessions.get(credential.access_key_id) or {}
    present = {"aws:multifactorauthpresent": "true"} if session.get("MfaPresent") else {}
    return {**principal_keys(credential), **present}


iam_evaluator._principal_keys = principal_keys_with_mfa
sts.handle_request = sts_request_with_mfa
sts.register_session = register_session_with_mfa
iam_evaluator._resolve_condition_key = condition_key_with_service_tags
iam_actions.extract_resource_arn = resource_arn_with_user_path
