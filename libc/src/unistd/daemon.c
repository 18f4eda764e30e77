/* Going to the background (BSD). */
#include <fcntl.h>
#include <unistd.h>

int daemon(int keeps_directory, int keeps_files) {
  pid_t child = fork();
  if (child != 0) {
    return child < 0 ? -1 : (_exit(0), 0);
  }
  if (setsid() < 0 || (!keeps_directory && chdir("/") < 0)) {
    return -1;
  }
  int null = keeps_files ? -1 : open("/dev/null", O_RDWR);
  for (int fd = 0; null >= 0 && fd < 3; fd++) {
    dup2(null, fd);
  }
  if (null > 2) {
    close(null);
  }
  return 0;
}
