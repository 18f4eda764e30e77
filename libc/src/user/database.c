/* Reading records of fields between colons. Lines with too few fields are passed over. */
#include "../internal/database.h"

#include <errno.h>
#include <string.h>

/* Cuts a line into its fields; 0 if it has too few. */
static int cut(const struct database *from, char *line, char *fields[DATABASE_FIELDS]) {
  for (int i = 0; i < from->field_count; i++) {
    fields[i] = line;
    char *end = strchr(line, ':');
    if (end == 0 && i + 1 < from->field_count) {
      return 0;
    }
    if (end != 0) {
      *end = 0;
      line = end + 1;
    }
  }
  return 1;
}

static int next_line(struct database *from, char *room, size_t bytes) {
  if (from->file == 0) {
    from->file = fopen(from->path, "re");
  }
  if (from->file != 0) {
    return fgets(room, (int)bytes, from->file) != 0;
  }
  if (from->is_past_otherwise) {
    return 0;
  }
  from->is_past_otherwise = 1;
  strlcpy(room, from->otherwise, bytes);
  return 1;
}

int __database_next(struct database *from, char *room, size_t bytes, char *fields[DATABASE_FIELDS]) {
  int error = errno;
  while (next_line(from, room, bytes)) {
    size_t length = strlen(room);
    if (length + 1 == bytes && room[length - 1] != '\n') {
      errno = ERANGE;
      return -1;
    }
    if (length > 0 && room[length - 1] == '\n') {
      room[length - 1] = 0;
    }
    if (cut(from, room, fields)) {
      errno = error;
      return 1;
    }
  }
  errno = error; /* a missing file is no error of the caller's */
  return 0;
}

void __database_rewind(struct database *from) {
  if (from->file != 0) {
    fclose(from->file);
    from->file = 0;
  }
  from->is_past_otherwise = 0;
}
