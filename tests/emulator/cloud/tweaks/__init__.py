"""What is changed about ministack, so that the synthesized template can be deployed and used as it is.

Each tweak gives the emulator something that AWS has, or takes a wait from it. They touch names that are private to
ministack: hence the exact version, and the check that every name exists.
"""

import importlib.metadata
import os

from . import api, deployments, functions, leading_keys, moving, policies, services, site, transport, uploads

VERSION = "1.5.33"


def apply():
    """Applies all of them to the ministack of this process."""
    found = importlib.metadata.version("ministack")
    if found != VERSION:
        raise SystemExit(f"the tweaks are for ministack {VERSION}, this is {found}: see tests/emulator/cloud/tweaks")
    api.cut_paths_at_a_question_mark()
    api.refuse_long_heads()
    api.say_who_asked()
    deployments.name_secrets_by_their_arns()
    deployments.take_alarms_on_expressions()
    deployments.reserve_concurrency()
    deployments.move_aliases_at_once()
    functions.answer_at_once()
    functions.unpack_layers()
    functions.find_user_pools()
    leading_keys.know_leading_keys()
    moving.move_dead_letters_back()
    moving.export_tables()
    policies.know_conditional_writes()
    policies.know_the_role_of_a_session()
    services.make_passwords_that_the_policy_takes()
    services.put_their_own_events()
    site.serve_http_apis()
    site.try_origin_groups()
    transport.tell_the_time_to_presigned_links()
    transport.speak_as_if_over_tls()
    uploads.know_the_checksums_of_their_algorithm()
    site.answer_to(os.environ.get(site.NAME))
