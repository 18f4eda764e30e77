/* Option parsing. Operands end the options (POSIX); arguments are not permuted. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

char *optarg;
int optind = 1;
int opterr = 1;
int optopt;

/* Where the next option letter stands inside argv[optind], 0 at the start of an argument. */
static int letter_index;

static int fail(char *const argv[], const char *options, const char *problem, int letter, int answer) {
  if (opterr && options[0] != ':') {
    fprintf(stderr, "%s: %s -- '%c'\n", argv[0], problem, letter);
  }
  optopt = letter;
  return answer;
}

int getopt(int argc, char *const argv[], const char *options) {
  optarg = 0;
  if (optind == 0) { /* the customary way to start over */
    optind = 1;
    letter_index = 0;
  }
  if (letter_index == 0) {
    if (optind >= argc || argv[optind] == 0 || argv[optind][0] != '-' || argv[optind][1] == 0) {
      return -1;
    }
    if (strcmp(argv[optind], "--") == 0) {
      optind++;
      return -1;
    }
    letter_index = 1;
  }
  const char *argument = argv[optind];
  int letter = argument[letter_index++];
  const char *known = letter == ':' ? 0 : strchr(options, letter);
  int at_end = argument[letter_index] == 0;
  if (known == 0 || known[1] != ':') {
    if (at_end) {
      optind++;
      letter_index = 0;
    }
    return known != 0 ? letter : fail(argv, options, "invalid option", letter, '?');
  }
  int is_optional = known[2] == ':';
  if (!at_end) {
    optarg = (char *)argument + letter_index;
  } else if (!is_optional) {
    optind++;
    if (optind >= argc) {
      letter_index = 0;
      return fail(argv, options, "option requires an argument", letter, options[0] == ':' ? ':' : '?');
    }
    optarg = argv[optind];
  }
  optind++;
  letter_index = 0;
  return letter;
}

static int fail_long(char *const argv[], const char *options, const char *problem, const char *name, int value) {
  if (opterr && options[0] != ':') {
    fprintf(stderr, "%s: %s '--%s'\n", argv[0], problem, name);
  }
  optopt = value;
  return '?';
}

/* The option that `name` (of `length` bytes, perhaps abbreviated) stands for: an index, -1 unknown, -2 ambiguous. */
static int find_long(const struct option *long_options, const char *name, size_t length) {
  int found = -1;
  for (int i = 0; long_options[i].name != 0; i++) {
    if (strncmp(long_options[i].name, name, length) == 0) {
      if (long_options[i].name[length] == 0) {
        return i;
      }
      found = found == -1 ? i : -2;
    }
  }
  return found;
}

int getopt_long(int argc, char *const argv[], const char *options, const struct option *long_options, int *index) {
  if (letter_index != 0 || optind >= argc || optind == 0 || argv[optind] == 0 || argv[optind][0] != '-' ||
      argv[optind][1] != '-' || argv[optind][2] == 0) {
    return getopt(argc, argv, options);
  }
  const char *name = argv[optind++] + 2;
  size_t length = strcspn(name, "=");
  int found = find_long(long_options, name, length);
  optarg = 0;
  if (found < 0) {
    return fail_long(argv, options, found == -1 ? "unrecognized option" : "ambiguous option", name, 0);
  }
  const struct option *option = &long_options[found];
  if (name[length] == '=') {
    if (option->has_arg == no_argument) {
      return fail_long(argv, options, "option takes no argument", option->name, option->val);
    }
    optarg = (char *)name + length + 1;
  } else if (option->has_arg == required_argument) {
    if (optind >= argc) {
      int answer = fail_long(argv, options, "option requires an argument", option->name, option->val);
      return options[0] == ':' ? ':' : answer;
    }
    optarg = argv[optind++];
  }
  if (index != 0) {
    *index = found;
  }
  if (option->flag != 0) {
    *option->flag = option->val;
    return 0;
  }
  return option->val;
}
