"""A project for every student of a class: roster, journal, remotes, create, update, status.

What a student's name or address is never leaves this package's memory: repositories, commits,
journal and logs know the opaque ``student_id`` alone.
"""
