"""What a data file is: guessed once, written down for its owner to see and change.

The modules, each using only those before it: limits, show, requirements, errors; settings (how a
file is read) and schema (what its columns mean); words, numbers; archives, csv_rows,
unicode_encodings, plausibility, legacy_encodings, encodings, mojibake, layout_errors, dialect,
excel, databases, json_files, formats, tables (files to cells); reader (cells to values, as the
generated project reads them); dates, facts, notes, spellings, number_columns, unread_columns,
columns and styles (what one column is), inspect (a whole file); choices, splits, leaks, totals,
headers, draft, picture_classes, recordings, folders, pictures and proposal (a project over it);
place, answers, writing, project, report.
"""
