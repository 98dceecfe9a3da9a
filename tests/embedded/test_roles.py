"""The roles that every start makes sure of."""

import asyncpg
import pytest

from haulier.embedded import EmbeddedConfig, EmbeddedPostgres
from support.postgres import Database


async def rows(url: str, question: str) -> list[tuple[object, ...]]:
    connection = await asyncpg.connect(url)
    try:
        return [tuple(row.values()) for row in await connection.fetch(question)]
    finally:
        await connection.close()


async def test_no_role_of_ours_is_above_row_level_security(server: Database) -> None:
    found = await rows(
        server.url,
        "select rolname::text, rolcanlogin, rolcreaterole, rolsuper or rolbypassrls"
        " from pg_roles where rolname like 'haulier%' order by 1",
    )

    assert found == [
        ("haulier_app", False, False, False),
        ("haulier_login", True, False, False),
        ("haulier_owner", True, True, False),
        ("haulier_system", False, False, False),
    ]


async def test_the_login_is_nobody_until_it_takes_a_role(server: Database) -> None:
    memberships = await rows(
        server.url,
        "select roleid::regrole::text, inherit_option, set_option, admin_option"
        " from pg_auth_members where member = 'haulier_login'::regrole order by 1",
    )
    assert memberships == [
        ("haulier_app", False, True, False),
        ("haulier_system", False, True, False),
    ]

    connection = await asyncpg.connect(server.url)
    try:
        for role in ("haulier_app", "haulier_system"):
            await connection.execute(f"set role {role}")
            assert await connection.fetchval("select current_user::text") == role
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("set role haulier_owner")
    finally:
        await connection.close()


async def test_the_owner_owns_the_database_and_can_hand_out_the_two_roles(server: Database) -> None:
    connection = await asyncpg.connect(server.admin_url)
    try:
        owner = "select datdba::regrole::text from pg_database where datname = 'haulier'"
        assert await connection.fetchval(owner) == "haulier_owner"
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute("create role another_login login; create schema things")
        await connection.execute("grant haulier_app, haulier_system to another_login")
        await connection.execute("create table things.one (id int)")
        await connection.execute("grant select on things.one to haulier_app, haulier_system")
        await transaction.rollback()
    finally:
        await connection.close()


async def test_a_stranger_does_not_get_into_the_database(server: Database) -> None:
    allowed = "select has_database_privilege(0::oid, 'haulier', 'connect, temporary, create')"

    assert await rows(server.superuser_url, allowed) == [(False,)]


async def test_a_start_brings_back_what_somebody_changed(config: EmbeddedConfig) -> None:
    async with EmbeddedPostgres(config) as server:
        connection = await asyncpg.connect(server.superuser_url)
        await connection.execute("alter role haulier_login superuser password 'known'")
        await connection.execute("alter role haulier_app bypassrls login")
        await connection.execute("revoke haulier_system from haulier_login")
        await connection.close()

    async with EmbeddedPostgres(config) as server:
        found = await rows(
            server.url,
            "select rolname::text from pg_roles where (rolsuper or rolbypassrls)"
            " and rolname like 'haulier%'",
        )
        assert found == []
        connection = await asyncpg.connect(server.url)
        await connection.execute("set role haulier_system")
        await connection.close()
