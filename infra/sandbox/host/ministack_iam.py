"""Makes MiniStack decide by IAM policies as AWS does, where the roles of this app would notice the difference.

Sources: Service Authorization Reference of IAM and of Secrets Manager; MiniStack is pinned (requirements.txt).
"""

import re

from ministack.core import iam_actions, iam_evaluator
from ministack.services import iam, tagging

SERVICE_TAG = re.compile(r"(iam|secretsmanager):ResourceTag/(.+)", re.IGNORECASE)

condition_key = iam_evaluator._resolve_condition_key
resource_arn = iam_actions.extract_resource_arn


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


iam_evaluator._resolve_condition_key = condition_key_with_service_tags
iam_actions.extract_resource_arn = resource_arn_with_user_path
