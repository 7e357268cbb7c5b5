"""The yardstick of `consent_post.py`: a bare Flask view that inserts one row and commits."""

import os
import uuid
from http import HTTPStatus

from flask import Flask, Response, jsonify, request
from sqlalchemy import Column, MetaData, String, Table, insert

from privacy.db import Database

TABLE = Table(
    "bare_row",
    MetaData(),
    Column("id", String(36), primary_key=True),
    Column("visitor", String(32)),
    Column("body", String(400)),
)


def application() -> Flask:
    """Return the app; the row goes where BARE_DATABASE_URL says."""
    app = Flask(__name__)
    database = Database.connect(os.environ["BARE_DATABASE_URL"])

    @app.post("/banner/consents")
    def post() -> tuple[Response, HTTPStatus]:
        body = request.get_json()
        row = {"id": str(uuid.uuid4()), "visitor": body["visitor"], "body": body["notice"]}
        with database.transaction() as session:
            session.execute(insert(TABLE), row)
        return jsonify(id=row["id"]), HTTPStatus.CREATED

    return app
