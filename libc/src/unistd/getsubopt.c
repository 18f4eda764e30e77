/* Suboptions: name=value between commas (POSIX.1-2008). */
#include <stdlib.h>
#include <string.h>

/* Cuts the next suboption off *options; the index of its name in `tokens`, or −1 with *value pointing at all of it. */
int getsubopt(char **options, char *const *tokens, char **value) {
  char *option = *options;
  char *end = strchrnul(option, ',');
  *options = *end != 0 ? end + 1 : end;
  *end = 0;
  for (int i = 0; tokens[i] != 0; i++) {
    size_t length = strlen(tokens[i]);
    if (strncmp(option, tokens[i], length) == 0 && (option[length] == 0 || option[length] == '=')) {
      *value = option[length] == '=' ? option + length + 1 : 0;
      return i;
    }
  }
  *value = option;
  return -1;
}
