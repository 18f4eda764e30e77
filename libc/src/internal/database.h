/* A text file of records, one a line, with fields between colons: /etc/passwd and /etc/group. */
#ifndef _INTERNAL_DATABASE_H
#define _INTERNAL_DATABASE_H

#include <stddef.h>
#include <stdio.h>

enum { DATABASE_FIELDS = 7, DATABASE_LINE_BYTES = 1024 };

struct database {
  const char *path;
  const char *otherwise; /* the one record where there is no file */
  int field_count;
  FILE *file;
  int is_past_otherwise;
};

/* Reads the next record into `room` and points at its fields: 1; 0 at the end; -1 if `room` is too small (ERANGE). */
int __database_next(struct database *from, char *room, size_t bytes, char *fields[DATABASE_FIELDS]);
void __database_rewind(struct database *from);

#endif
