"""What SQLite is told of the sizes of tables: those of a council in its tenth year, whatever the file holds.

Its planner chooses an index by what it knows of sizes, and a file of which it knows nothing has the board read for
seconds at a million tasks. Measuring them takes minutes there, and measured in part, or lately and too early, they
lead it astray; so it is told once what it is to plan for, and a list is found in one way at every council and in every
test. SQLite's own way for that: https://www.sqlite.org/optoverview.html, "Manual Control Of Query Plans".
"""

from __future__ import annotations

from sqlalchemy import Connection

SIZES = """
answers ix_answers_child 898810 898810 53 2
answers ix_answers_form 898810 898810 5799 144
answers ix_answers_instance 898810 898810 5 1
answers sqlite_autoindex_answers_1 898810 898810 1
appointments ix_appointments_child 25382 25382 3 1
appointments ix_appointments_day 25382 25382 147
appointments ix_appointments_instance 25382 25382 2 2
appointments sqlite_autoindex_appointments_1 25382 25382 1
audit ix_audit_child 4716218 1572073 274 1
audit ix_audit_feed 4716218 1572073 1
audit sqlite_autoindex_audit_1 4716218 1572073 14 1
audit uq_audit_task_completed 881610 881610 1
audit uq_audit_timer_fired 711244 711244 1
authorities sqlite_autoindex_authorities_1 3 1
bed_nights ix_bed_nights_child 7025 7025 1 1
bed_nights ix_bed_nights_until 7025 7025 144
bed_nights sqlite_autoindex_bed_nights_1 7025 7025 1
child_agencies ix_child_agencies_agency 54915 18305 6102 1
child_agencies sqlite_autoindex_child_agencies_1 54915 18305 4 1
child_facts ix_child_facts_name 314045 314045 5149
child_facts sqlite_autoindex_child_facts_1 314045 314045 21 1
child_keys ix_child_keys_child 422368 140790 25
child_keys sqlite_autoindex_child_keys_1 422368 140790 12 1
child_workers ix_child_workers_child 25801 8601 3
child_workers ix_child_workers_person 25801 25801 200 200
child_workers sqlite_autoindex_child_workers_1 25801 8601 1
child_workers uq_child_workers_current 25801 8601 3 1
children ix_children_name 17212 5738 3
children sqlite_autoindex_children_1 17212 5738 1
children sqlite_autoindex_children_2 17212 5738 1
children_seen ix_children_seen_at 2 2 2 1
children_seen sqlite_autoindex_children_seen_1 2 2 2 1
definition_versions sqlite_autoindex_definition_versions_1 127 1
definition_versions sqlite_autoindex_definition_versions_2 127 2 1
definition_versions uq_definition_versions_current 104 1
kept_rows kept_rows 2499948 2499948 146 36 2 1
legal_statuses ix_legal_statuses_child 18061 18061 2 1
legal_statuses sqlite_autoindex_legal_statuses_1 18061 18061 1
letters ix_letters_created 1304888 1304888 385 1
letters ix_letters_digest 1304888 1304888 1304888
letters ix_letters_state 1304888 1304888 1304888 385
letters sqlite_autoindex_letters_1 1304888 1304888 1
letters sqlite_autoindex_letters_2 1304888 1304888 326222 144988 1
login_sessions ix_login_sessions_person 40 40 14
login_sessions sqlite_autoindex_login_sessions_1 40 40 1
looks ix_looks_first_at 4 4 1
looks ix_looks_person 4 4 2 1
looks sqlite_autoindex_looks_1 4 4 2 1 1
notifications ix_notifications_created 99166 99166 807 1
notifications ix_notifications_state 99166 99166 99166 807
notifications sqlite_autoindex_notifications_1 99166 99166 1
notifications sqlite_autoindex_notifications_2 99166 99166 6 6 1 1
outbox_messages ix_outbox_messages_child 634956 634956 42 3
outbox_messages ix_outbox_messages_sender 634956 634956 8
outbox_messages sqlite_autoindex_outbox_messages_1 634956 634956 1
people sqlite_autoindex_people_1 78 26 1
people sqlite_autoindex_people_2 78 26 1
person_roles ix_person_roles_role 93 31 1
person_roles sqlite_autoindex_person_roles_1 93 31 2 1
person_teams ix_person_teams_team 75 25 3
person_teams sqlite_autoindex_person_teams_1 75 25 1 1
process_instances ix_process_instances_child 322482 322482 19 15
process_instances ix_process_instances_ended 322482 322482 6450 153
process_instances ix_process_instances_newest 24936 24936 250 1
process_instances ix_process_instances_open 24936 24936 640 145
process_instances ix_process_instances_root 322482 322482 19
process_instances ix_process_instances_started 322482 322482 224 1
process_instances ix_process_instances_starter 24936 24936 200
process_instances ix_process_instances_state 322482 322482 161241 218 1
process_instances sqlite_autoindex_process_instances_1 322482 322482 1
sign_in_names sqlite_autoindex_sign_in_names_1 78 1
sign_offs sqlite_autoindex_sign_offs_1 6451 6451 1 1
start_triggers sqlite_autoindex_start_triggers_1 87 2 1
subscriptions ix_subscriptions_message 28515 28515 8 2
subscriptions sqlite_autoindex_subscriptions_1 28515 28515 1
subscriptions sqlite_autoindex_subscriptions_2 28515 28515 2 1 1
task_history task_history 6760807 6760807 21 1
team_roles ix_team_roles_team 159 53 5
team_roles sqlite_autoindex_team_roles_1 159 53 1
teams sqlite_autoindex_teams_1 39 13 1
teams sqlite_autoindex_teams_2 39 13 1
timers ix_timers_due 13036 272 272 1
timers timers 13036 13036 1
timers sqlite_autoindex_timers_2 13036 13036 2 1 1
user_tasks ix_user_tasks_assignee 12179 12179 200 2
user_tasks ix_user_tasks_child 1018931 1018931 60 28 2
user_tasks ix_user_tasks_completed_by 881610 881610 48979 144
user_tasks ix_user_tasks_done 881610 881610 18758 144
user_tasks ix_user_tasks_due 1018931 1018931 101894 225
user_tasks ix_user_tasks_form 1018931 1018931 6839 153 151
user_tasks ix_user_tasks_instance 12179 12179 2
user_tasks ix_user_tasks_pathway 1018931 1018931 21680 190 173
user_tasks ix_user_tasks_team 12179 12179 2030 149 1 1
user_tasks sqlite_autoindex_user_tasks_1 1018931 1018931 1
user_tasks sqlite_autoindex_user_tasks_2 1018931 1018931 4 1
"""
"""Table, index, rows, and how many of them have each further column of the index in common, as ANALYZE writes it.

Measured on `throughcare demo --children 17200 --years 10`, but for a person, who has the work of one among many.
"""


def tell(connection: Connection) -> None:
    """Put them in the place of whatever SQLite knows; PostgreSQL looks for itself.

    An index is never read from place to place without its first columns (noskipscan): there is one for each list.
    """
    if connection.dialect.name != "sqlite":
        return
    sizes = (line.split(" ", 2) for line in SIZES.split("\n") if line)
    connection.exec_driver_sql("ANALYZE alembic_version")  # makes the table where there is none yet
    connection.exec_driver_sql("DELETE FROM sqlite_stat1")
    connection.exec_driver_sql(
        "INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (?, nullif(?, '-'), ? || ' noskipscan')",
        [tuple(one) for one in sizes],
    )
    connection.exec_driver_sql("ANALYZE sqlite_schema")
