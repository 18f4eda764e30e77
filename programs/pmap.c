/*
 * pmap: the address space of a process, region by region (M5): what is reserved, and what of it is in memory.
 * Look at: regions whose resident size is smaller than they are; pmap of a thrash in the background has swapped pages.
 */
#include <ctype.h>
#include <stdbool.h>
#include <unistd.h>

#include "lib/tool.h"

static const char usage[] =
    "usage: pmap [-X] [PID]\n"
    "Shows the regions of process PID (default: pmap itself): address, KiB reserved, in memory, in swap, rights, name.\n"
    "-X: also offset, inode, and of each region the share (Pss), clean and dirty, shared and private, referenced,\n"
    "    anonymous and locked KiB, as /proc/PID/smaps has them.\n";

/* What -X shows, in the order of the columns; as smaps names it, and as the heading does. */
static const struct {
  const char *field, *heading;
} details[] = {{"Pss", "Pss"},           {"Shared_Clean", "ShCln"},  {"Shared_Dirty", "ShDrt"}, {"Private_Clean", "PrCln"},
               {"Private_Dirty", "PrDrt"}, {"Referenced", "Refd"}, {"Anonymous", "Anon"},     {"Locked", "Lock"}};
enum { DETAILS = sizeof details / sizeof details[0] };

typedef struct Region {
  unsigned long start, end;
  char rights[8], name[128];
  long resident_kib, swapped_kib; /* -1: not told */
  long details[DETAILS];
  char offset[16], inode[16];
} Region;

static long total_kib, total_resident_kib, total_swapped_kib, total_details[DETAILS];
static bool is_extended;

static void print(const Region *region) {
  long kib = (long)((region->end - region->start) / 1024);
  total_kib += kib;
  printf("%08lx-%08lx %8ld", region->start, region->end, kib);
  if (region->resident_kib >= 0) {
    printf(" %8ld %8ld", region->resident_kib, region->swapped_kib < 0 ? 0 : region->swapped_kib);
    total_resident_kib += region->resident_kib;
    if (region->swapped_kib > 0) total_swapped_kib += region->swapped_kib;
  } else printf(" %8s %8s", "?", "?");
  if (is_extended) {
    for (int i = 0; i < DETAILS; i++) {
      total_details[i] += region->details[i];
      printf(" %5ld", region->details[i]);
    }
    printf(" %8s %6s", region->offset, region->inode);
  }
  printf(" %s  %s\n", region->rights, region->name[0] == '\0' ? "[anonymous]" : region->name);
}

/* "10000-12000 r-xp 00000000 00:01 7   /bin/sh": proc(5), maps. False: another kind of line. */
static bool parse(const char *line, Region *region) {
  char *at;
  if (!isxdigit((unsigned char)line[0])) return false;
  region->start = strtoul(line, &at, 16);
  if (*at != '-') return false;
  region->end = strtoul(at + 1, &at, 16);
  if (*at != ' ') return false;
  snprintf(region->rights, sizeof region->rights, "%.4s", at + 1);
  at++;
  for (int field = 0; field < 4; field++) { /* rights, offset, device, inode */
    char *kept = field == 1 ? region->offset : field == 3 ? region->inode : NULL;
    if (kept != NULL) snprintf(kept, sizeof region->offset, "%.*s", (int)strcspn(at, " \n"), at);
    while (*at != '\0' && *at != ' ') at++;
    while (*at == ' ') at++;
  }
  snprintf(region->name, sizeof region->name, "%.*s", (int)strcspn(at, "\n"), at);
  region->resident_kib = region->swapped_kib = -1;
  memset(region->details, 0, sizeof region->details);
  return true;
}

static FILE *open_of(const char *pid, const char *name) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%.20s/%s", pid, name);
  return fopen(path, "r");
}

int main(int argc, char **argv) {
  char line[256], own[16];
  Region region;
  bool has_region = false;
  tool_start(argc, argv, "pmap", usage);
  snprintf(own, sizeof own, "%ld", (long)getpid());
  is_extended = argc > 1 && strcmp(argv[1], "-X") == 0;
  if (argc > 2 + is_extended) tool_misused(argv[2 + is_extended], "one process at a time");
  const char *pid = argc > 1 + is_extended ? argv[1 + is_extended] : own;
  tool_number(pid, 1, 1000000, "PID");
  FILE *file = open_of(pid, "smaps");
  if (file == NULL) file = open_of(pid, "maps");
  if (file == NULL) {
    fprintf(stderr, "pmap: %s: no such process (ps shows them)\n", pid);
    return 1;
  }
  printf("%-17s %8s %8s %8s", "address", "reserved", "resident", "swapped");
  if (is_extended) {
    for (int i = 0; i < DETAILS; i++) printf(" %5s", details[i].heading);
    printf(" %8s %6s", "offset", "inode");
  }
  printf(" rights name   (process %s, KiB)\n", pid);
  while (fgets(line, sizeof line, file) != NULL) {
    Region next;
    if (parse(line, &next)) {
      if (has_region) print(&region);
      region = next;
      has_region = true;
    } else if (has_region && strncmp(line, "Rss:", 4) == 0) region.resident_kib = strtol(line + 4, NULL, 10);
    else if (has_region && strncmp(line, "Swap:", 5) == 0) region.swapped_kib = strtol(line + 5, NULL, 10);
    else if (has_region)
      for (int i = 0; i < DETAILS; i++) {
        size_t length = strlen(details[i].field);
        if (strncmp(line, details[i].field, length) == 0 && line[length] == ':') region.details[i] = strtol(line + length + 1, NULL, 10);
      }
  }
  if (has_region) print(&region);
  fclose(file);
  printf("%-17s %8ld %8ld %8ld", "total", total_kib, total_resident_kib, total_swapped_kib);
  for (int i = 0; i < DETAILS && is_extended; i++) printf(" %5ld", total_details[i]);
  printf("\n");
  return tool_finish(0);
}
