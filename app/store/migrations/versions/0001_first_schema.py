"""The first schema: children, pathways, tasks, timers, letters, audit, people."""

import sqlalchemy as sa
from alembic import op

import app.store.moments
from app.store.audit import APPEND_ONLY_POSTGRESQL, APPEND_ONLY_SQLITE

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Every table, and the triggers that keep the audit append-only."""
    op.create_table(
        "audit",
        sa.Column("authority_id", sa.String(), nullable=False),
        sa.Column("stream", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at", app.store.moments.UtcDateTime(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=True),
        sa.Column("child_id", sa.String(), nullable=True),
        sa.Column("instance_id", sa.String(), nullable=True),
        sa.Column("instance_version", sa.Integer(), nullable=True),
        sa.Column("task_id", sa.String(), nullable=True),
        sa.Column("timer_id", sa.String(), nullable=True),
        sa.Column("message_id", sa.String(), nullable=True),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("authority_id", "stream", "seq"),
    )
    op.create_index("ix_audit_child", "audit", ["authority_id", "child_id", "id"], unique=False)
    op.create_index("ix_audit_feed", "audit", ["authority_id", "id"], unique=True)
    op.create_index(
        "uq_audit_task_completed",
        "audit",
        ["authority_id", "task_id"],
        unique=True,
        sqlite_where=sa.text("kind = 'task_completed'"),
        postgresql_where=sa.text("kind = 'task_completed'"),
    )
    op.create_index(
        "uq_audit_timer_fired",
        "audit",
        ["authority_id", "timer_id"],
        unique=True,
        sqlite_where=sa.text("timer_id IS NOT NULL"),
        postgresql_where=sa.text("timer_id IS NOT NULL"),
    )
    op.create_table(
        "authorities",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("profile", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "bank_holidays",
        sa.Column("division", sa.String(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("added_at", app.store.moments.UtcDateTime(), nullable=False),
        sa.Column("added_by", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("division", "on"),
    )
    op.create_table(
        "definition_versions",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("bundle", sa.Text(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("published_at", app.store.moments.UtcDateTime(), nullable=False),
        sa.Column("published_by", sa.String(), nullable=True),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key", "number"),
    )
    op.create_index(
        "uq_definition_versions_current",
        "definition_versions",
        ["key"],
        unique=True,
        sqlite_where=sa.text("is_current"),
        postgresql_where=sa.text("is_current"),
    )
    op.create_table(
        "incidents",
        sa.Column("authority_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("child_id", sa.String(), nullable=True),
        sa.Column("instance_id", sa.String(), nullable=True),
        sa.Column("definition_key", sa.String(), nullable=False),
        sa.Column("element_id", sa.String(), nullable=True),
        sa.Column("sentence", sa.String(), nullable=False),
        sa.Column("command", sa.JSON(), nullable=False),
        sa.Column("created_at", app.store.moments.UtcDateTime(), nullable=False),
        sa.Column("resolved_at", app.store.moments.UtcDateTime(), nullable=True),
        sa.Column("resolved_by", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("authority_id", "id"),
    )
    op.create_index("ix_incidents_instance", "incidents", ["authority_id", "instance_id"], unique=False)
    op.create_index(
        "ix_incidents_open",
        "incidents",
        ["authority_id", "created_at"],
        unique=False,
        sqlite_where=sa.text("resolved_at IS NULL"),
        postgresql_where=sa.text("resolved_at IS NULL"),
    )
    op.create_table(
        "sign_in_attempts",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("at", app.store.moments.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_sign_in_attempts_at", "sign_in_attempts", ["at"], unique=False)
    op.create_index("ix_sign_in_attempts_key", "sign_in_attempts", ["key", "at"], unique=False)
    op.create_table(
        "submissions",
        sa.Column("authority_id", sa.String(), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=True),
        sa.Column("result", sa.String(), nullable=False),
        sa.Column("at", app.store.moments.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("authority_id", "token"),
    )
    op.create_table(
        "children",
        sa.Column("authority_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("given_name", sa.String(), nullable=False),
        sa.Column("family_name", sa.String(), nullable=False),
        sa.Column("search_name", sa.String(), nullable=False),
        sa.Column("date_of_birth", sa.Date(), nullable=True),
        sa.Column("identifiers", sa.JSON(), nullable=False),
        sa.Column("is_provisional", sa.Boolean(), nullable=False),
        sa.Column("created_at", app.store.moments.UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["authority_id"],
            ["authorities.id"],
        ),
        sa.PrimaryKeyConstraint("authority_id", "id"),
        sa.UniqueConstraint("authority_id", "reference"),
    )
    op.create_index("ix_children_name", "children", ["authority_id", "search_name"], unique=False)
    op.create_table(
        "people",
        sa.Column("authority_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("username", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=True),
        sa.Column("is_admin", sa.Boolean(), nullable=False),
        sa.Column("created_at", app.store.moments.UtcDateTime(), nullable=False),
        sa.Column("disabled_at", app.store.moments.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["authority_id"],
            ["authorities.id"],
        ),
        sa.PrimaryKeyConstraint("authority_id", "id"),
        sa.UniqueConstraint("authority_id", "username"),
    )
    op.create_table(
        "start_triggers",
        sa.Column("message", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("version_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["definition_versions.id"],
        ),
        sa.PrimaryKeyConstraint("message", "key"),
    )
    op.create_table(
        "teams",
        sa.Column("authority_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("agency", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["authority_id"],
            ["authorities.id"],
        ),
        sa.PrimaryKeyConstraint("authority_id", "id"),
        sa.UniqueConstraint("authority_id", "name"),
    )
    op.create_table(
        "bed_nights",
        sa.Column("authority_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("child_id", sa.String(), nullable=False),
        sa.Column("instance_id", sa.String(), nullable=True),
        sa.Column("from_at", app.store.moments.UtcDateTime(), nullable=False),
        sa.Column("until_at", app.store.moments.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["authority_id", "child_id"],
            ["children.authority_id", "children.id"],
        ),
        sa.PrimaryKeyConstraint("authority_id", "id"),
    )
    op.create_index(
        "ix_bed_nights_child", "bed_nights", ["authority_id", "child_id", "from_at"], unique=False
    )
    op.create_table(
        "child_agencies",
        sa.Column("authority_id", sa.String(), nullable=False),
        sa.Column("child_id", sa.String(), nullable=False),
        sa.Column("agency", sa.String(), nullable=False),
        sa.Column("since_at", app.store.moments.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["authority_id", "child_id"],
            ["children.authority_id", "children.id"],
        ),
        sa.PrimaryKeyConstraint("authority_id", "child_id", "agency"),
    )
    op.create_index(
        "ix_child_agencies_agency", "child_agencies", ["authority_id", "agency", "child_id"], unique=False
    )
    op.create_table(
        "child_facts",
        sa.Column("authority_id", sa.String(), nullable=False),
        sa.Column("child_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("recorded_at", app.store.moments.UtcDateTime(), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=True),
        sa.Column("task_id", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["authority_id", "child_id"],
            ["children.authority_id", "children.id"],
        ),
        sa.PrimaryKeyConstraint("authority_id", "child_id", "name"),
    )
    op.create_table(
        "child_workers",
        sa.Column("authority_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("child_id", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("from_at", app.store.moments.UtcDateTime(), nullable=False),
        sa.Column("until_at", app.store.moments.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["authority_id", "child_id"],
            ["children.authority_id", "children.id"],
        ),
        sa.PrimaryKeyConstraint("authority_id", "id"),
    )
    op.create_index(
        "ix_child_workers_person", "child_workers", ["authority_id", "person_id", "until_at"], unique=False
    )
    op.create_index(
        "uq_child_workers_current",
        "child_workers",
        ["authority_id", "child_id", "role"],
        unique=True,
        sqlite_where=sa.text("until_at IS NULL"),
        postgresql_where=sa.text("until_at IS NULL"),
    )
    op.create_table(
        "legal_statuses",
        sa.Column("authority_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("child_id", sa.String(), nullable=False),
        sa.Column("instance_id", sa.String(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("from_at", app.store.moments.UtcDateTime(), nullable=False),
        sa.Column("until_at", app.store.moments.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["authority_id", "child_id"],
            ["children.authority_id", "children.id"],
        ),
        sa.PrimaryKeyConstraint("authority_id", "id"),
    )
    op.create_index(
        "ix_legal_statuses_child", "legal_statuses", ["authority_id", "child_id", "from_at"], unique=False
    )
    op.create_table(
        "login_sessions",
        sa.Column("authority_id", sa.String(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("created_at", app.store.moments.UtcDateTime(), nullable=False),
        sa.Column("seen_at", app.store.moments.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["authority_id", "person_id"],
            ["people.authority_id", "people.id"],
        ),
        sa.PrimaryKeyConstraint("authority_id", "token_hash"),
    )
    op.create_index("ix_login_sessions_person", "login_sessions", ["authority_id", "person_id"], unique=False)
    op.create_table(
        "outbox_messages",
        sa.Column("authority_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("child_id", sa.String(), nullable=False),
        sa.Column("sender_id", sa.String(), nullable=True),
        sa.Column("root_id", sa.String(), nullable=True),
        sa.Column("target_id", sa.String(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("correlate", sa.String(), nullable=False),
        sa.Column("correlation_key", sa.String(), nullable=True),
        sa.Column("person_id", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created_at", app.store.moments.UtcDateTime(), nullable=False),
        sa.Column("delivered_at", app.store.moments.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["authority_id", "child_id"],
            ["children.authority_id", "children.id"],
        ),
        sa.PrimaryKeyConstraint("authority_id", "id"),
    )
    op.create_index(
        "ix_outbox_messages_queued",
        "outbox_messages",
        ["authority_id", "child_id", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'queued'"),
        postgresql_where=sa.text("state = 'queued'"),
    )
    op.create_index(
        "ix_outbox_messages_sender", "outbox_messages", ["authority_id", "sender_id"], unique=False
    )
    op.create_table(
        "person_roles",
        sa.Column("authority_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["authority_id", "person_id"],
            ["people.authority_id", "people.id"],
        ),
        sa.PrimaryKeyConstraint("authority_id", "person_id", "role"),
    )
    op.create_index("ix_person_roles_role", "person_roles", ["authority_id", "role"], unique=False)
    op.create_table(
        "person_teams",
        sa.Column("authority_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("team_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["authority_id", "person_id"],
            ["people.authority_id", "people.id"],
        ),
        sa.ForeignKeyConstraint(
            ["authority_id", "team_id"],
            ["teams.authority_id", "teams.id"],
        ),
        sa.PrimaryKeyConstraint("authority_id", "person_id", "team_id"),
    )
    op.create_index("ix_person_teams_team", "person_teams", ["authority_id", "team_id"], unique=False)
    op.create_table(
        "process_instances",
        sa.Column("authority_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("child_id", sa.String(), nullable=False),
        sa.Column("definition_key", sa.String(), nullable=False),
        sa.Column("version_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("parent_id", sa.String(), nullable=True),
        sa.Column("root_id", sa.String(), nullable=False),
        sa.Column("correlation_key", sa.String(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("audit_seq", sa.Integer(), nullable=False),
        sa.Column("audit_hash", sa.String(), nullable=False),
        sa.Column("started_at", app.store.moments.UtcDateTime(), nullable=False),
        sa.Column("created_at", app.store.moments.UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=True),
        sa.Column("ended_at", app.store.moments.UtcDateTime(), nullable=True),
        sa.Column("end_event", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["authority_id", "child_id"],
            ["children.authority_id", "children.id"],
        ),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["definition_versions.id"],
        ),
        sa.PrimaryKeyConstraint("authority_id", "id"),
        postgresql_with={"fillfactor": "80"},
    )
    op.create_index(
        "ix_process_instances_child",
        "process_instances",
        ["authority_id", "child_id", "status"],
        unique=False,
    )
    op.create_index(
        "ix_process_instances_open",
        "process_instances",
        ["authority_id", "definition_key", "created_at"],
        unique=False,
        sqlite_where=sa.text("status IN ('running', 'suspended')"),
        postgresql_where=sa.text("status IN ('running', 'suspended')"),
    )
    op.create_index(
        "ix_process_instances_root", "process_instances", ["authority_id", "root_id"], unique=False
    )
    op.create_table(
        "sign_in_names",
        sa.Column("username", sa.String(), nullable=False),
        sa.Column("authority_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["authority_id", "person_id"],
            ["people.authority_id", "people.id"],
        ),
        sa.PrimaryKeyConstraint("username"),
    )
    op.create_table(
        "team_roles",
        sa.Column("authority_id", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("team_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["authority_id", "team_id"],
            ["teams.authority_id", "teams.id"],
        ),
        sa.PrimaryKeyConstraint("authority_id", "role"),
    )
    op.create_index("ix_team_roles_team", "team_roles", ["authority_id", "team_id"], unique=False)
    op.create_table(
        "answers",
        sa.Column("authority_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("child_id", sa.String(), nullable=False),
        sa.Column("instance_id", sa.String(), nullable=False),
        sa.Column("element_id", sa.String(), nullable=False),
        sa.Column("form", sa.String(), nullable=True),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("at", app.store.moments.UtcDateTime(), nullable=False),
        sa.Column("by", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["authority_id", "instance_id"],
            ["process_instances.authority_id", "process_instances.id"],
        ),
        sa.PrimaryKeyConstraint("authority_id", "id"),
    )
    op.create_index("ix_answers_instance", "answers", ["authority_id", "instance_id", "at"], unique=False)
    op.create_table(
        "notifications",
        sa.Column("authority_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("child_id", sa.String(), nullable=False),
        sa.Column("instance_id", sa.String(), nullable=False),
        sa.Column("element_id", sa.String(), nullable=False),
        sa.Column("template", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", app.store.moments.UtcDateTime(), nullable=False),
        sa.Column("created_at", app.store.moments.UtcDateTime(), nullable=False),
        sa.Column("sent_at", app.store.moments.UtcDateTime(), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["authority_id", "instance_id"],
            ["process_instances.authority_id", "process_instances.id"],
        ),
        sa.PrimaryKeyConstraint("authority_id", "id"),
        sa.UniqueConstraint("authority_id", "instance_id", "reason", "role", "recipient"),
    )
    op.create_index(
        "ix_notifications_queued",
        "notifications",
        ["next_attempt_at"],
        unique=False,
        sqlite_where=sa.text("state = 'queued'"),
        postgresql_where=sa.text("state = 'queued'"),
    )
    op.create_table(
        "subscriptions",
        sa.Column("authority_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("instance_id", sa.String(), nullable=False),
        sa.Column("root_id", sa.String(), nullable=False),
        sa.Column("child_id", sa.String(), nullable=False),
        sa.Column("correlation_key", sa.String(), nullable=True),
        sa.Column("message", sa.String(), nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("element_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["authority_id", "instance_id"],
            ["process_instances.authority_id", "process_instances.id"],
        ),
        sa.PrimaryKeyConstraint("authority_id", "id"),
        sa.UniqueConstraint("authority_id", "instance_id", "ref", "message"),
    )
    op.create_index(
        "ix_subscriptions_message", "subscriptions", ["authority_id", "child_id", "message"], unique=False
    )
    op.create_table(
        "task_history",
        sa.Column("authority_id", sa.String(), nullable=False),
        sa.Column("instance_id", sa.String(), nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("element_id", sa.String(), nullable=False),
        sa.Column("element_type", sa.String(), nullable=False),
        sa.Column("entered_at", app.store.moments.UtcDateTime(), nullable=False),
        sa.Column("left_at", app.store.moments.UtcDateTime(), nullable=True),
        sa.Column("how", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["authority_id", "instance_id"],
            ["process_instances.authority_id", "process_instances.id"],
        ),
        sa.PrimaryKeyConstraint("authority_id", "instance_id", "ref"),
    )
    op.create_table(
        "timers",
        sa.Column("authority_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("instance_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("element_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("due_at", app.store.moments.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["authority_id", "instance_id"],
            ["process_instances.authority_id", "process_instances.id"],
        ),
        sa.PrimaryKeyConstraint("authority_id", "id"),
        sa.UniqueConstraint("authority_id", "instance_id", "kind", "ref"),
    )
    op.create_index("ix_timers_due", "timers", ["due_at", "authority_id", "id"], unique=False)
    op.create_table(
        "user_tasks",
        sa.Column("authority_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("instance_id", sa.String(), nullable=False),
        sa.Column("root_id", sa.String(), nullable=False),
        sa.Column("child_id", sa.String(), nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("definition_key", sa.String(), nullable=False),
        sa.Column("element_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("form", sa.String(), nullable=True),
        sa.Column("duty", sa.JSON(), nullable=False),
        sa.Column("team_id", sa.String(), nullable=True),
        sa.Column("assignee_id", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created_at", app.store.moments.UtcDateTime(), nullable=False),
        sa.Column("due_at", app.store.moments.UtcDateTime(), nullable=True),
        sa.Column("due", sa.JSON(), nullable=True),
        sa.Column("overdue", sa.String(), nullable=True),
        sa.Column("overdue_at", app.store.moments.UtcDateTime(), nullable=True),
        sa.Column("escalated_at", app.store.moments.UtcDateTime(), nullable=True),
        sa.Column("completed_at", app.store.moments.UtcDateTime(), nullable=True),
        sa.Column("completed_by", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["authority_id", "child_id"],
            ["children.authority_id", "children.id"],
        ),
        sa.ForeignKeyConstraint(
            ["authority_id", "instance_id"],
            ["process_instances.authority_id", "process_instances.id"],
        ),
        sa.PrimaryKeyConstraint("authority_id", "id"),
        sa.UniqueConstraint("authority_id", "instance_id", "ref"),
    )
    op.create_index(
        "ix_user_tasks_assignee",
        "user_tasks",
        ["authority_id", "assignee_id", "due_at"],
        unique=False,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index(
        "ix_user_tasks_child", "user_tasks", ["authority_id", "child_id", "state", "due_at"], unique=False
    )
    op.create_index(
        "ix_user_tasks_instance",
        "user_tasks",
        ["authority_id", "instance_id"],
        unique=False,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index(
        "ix_user_tasks_team",
        "user_tasks",
        ["authority_id", "team_id", "due_at"],
        unique=False,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "drafts",
        sa.Column("authority_id", sa.String(), nullable=False),
        sa.Column("task_id", sa.String(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("saved_at", app.store.moments.UtcDateTime(), nullable=False),
        sa.Column("saved_by", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["authority_id", "task_id"],
            ["user_tasks.authority_id", "user_tasks.id"],
        ),
        sa.PrimaryKeyConstraint("authority_id", "task_id"),
    )
    statements = APPEND_ONLY_SQLITE if op.get_bind().dialect.name == "sqlite" else APPEND_ONLY_POSTGRESQL
    for statement in statements:
        op.execute(statement)
