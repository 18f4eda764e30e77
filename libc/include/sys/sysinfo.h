/* Memory and load of the whole machine (Linux struct sysinfo). */
#ifndef _SYS_SYSINFO_H
#define _SYS_SYSINFO_H

struct sysinfo {
  long uptime;
  unsigned long loads[3];
  unsigned long totalram; /* in units of mem_unit bytes, as are the next five */
  unsigned long freeram;
  unsigned long sharedram;
  unsigned long bufferram;
  unsigned long totalswap;
  unsigned long freeswap;
  unsigned short procs;
  unsigned short pad;
  unsigned long totalhigh;
  unsigned long freehigh;
  unsigned int mem_unit;
  char __reserved[8];
};

#ifdef __cplusplus
extern "C" {
#endif

int sysinfo(struct sysinfo *to);

#ifdef __cplusplus
}
#endif

#endif
