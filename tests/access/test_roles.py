import pytest

from dispatch.access.roles import GRANTABLE, PERMISSIONS, Permission, Role, can, may_grant


def test_every_role_is_in_the_table_and_every_permission_is_somebodys() -> None:
    assert set(PERMISSIONS) == set(Role)
    assert set().union(*PERMISSIONS.values()) == set(Permission)


@pytest.mark.parametrize(
    ("role", "may", "may_not"),
    [
        (Role.DISPATCHER, Permission.ORDERS_WRITE, Permission.MONEY_READ),
        (Role.DISPATCHER, Permission.ATTENDANCE_WRITE, Permission.FINES_DECIDE),
        (Role.FOREMAN, Permission.ATTENDANCE_WRITE, Permission.ORDERS_WRITE),
        (Role.FOREMAN, Permission.WORKERS_READ, Permission.CONTACTS_REVEAL),
        (Role.RECRUITER, Permission.WORKERS_IMPORT, Permission.ORDERS_WRITE),
        (Role.ACCOUNTANT, Permission.MONEY_READ, Permission.CONTACTS_REVEAL),
        (Role.OWNER, Permission.POLICIES_WRITE, Permission.NETWORK_READ),
        (Role.HQ, Permission.NETWORK_READ, Permission.CONTACTS_REVEAL),
        (Role.CALL_CENTRE, Permission.LEADS_WRITE, Permission.WORKERS_READ),
        (Role.OPERATOR, Permission.USERS_ADMIN, Permission.CONTACTS_REVEAL),
    ],
)
def test_a_role_is_its_work_and_no_more(role: Role, may: Permission, may_not: Permission) -> None:
    assert can(role, may)
    assert not can(role, may_not)


def test_a_clients_account_may_do_nothing_yet() -> None:
    assert PERMISSIONS[Role.CLIENT] == frozenset()


def test_an_owner_gives_no_role_beyond_his_franchise() -> None:
    assert may_grant(Role.OWNER, Role.DISPATCHER)
    assert not {Role.HQ, Role.OPERATOR, Role.CALL_CENTRE} & GRANTABLE[Role.OWNER]
    assert not any(may_grant(Role.DISPATCHER, role) for role in Role)
    for granter, given in GRANTABLE.items():
        assert all(PERMISSIONS[role] <= PERMISSIONS[granter] for role in given) or granter is Role.OPERATOR
