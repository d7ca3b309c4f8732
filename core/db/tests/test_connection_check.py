"""A connection that the server closed is replaced before the next request."""

import pytest
from django.db import connection, connections

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.only_on("postgresql"),
]


def test_an_idle_connection_is_usable_without_a_query() -> None:
    connection.ensure_connection()
    assert connection.is_usable()


def test_a_connection_that_the_server_closed_is_not_usable() -> None:
    connection.ensure_connection()
    pid = connection.connection.info.backend_pid
    other = connections.create_connection("default")
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 300000)", [pid])
    other.close()
    assert not connection.is_usable()
    connection.close()
    assert not connection.is_usable()
