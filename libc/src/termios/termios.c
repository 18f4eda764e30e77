/* Terminals and other devices. */
#include <errno.h>
#include <stdarg.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "../internal/libc.h"

int ioctl(int fd, unsigned long request, ...) {
  va_list args;
  va_start(args, request);
  void *argument = va_arg(args, void *);
  va_end(args);
  return __result(__sys_ioctl(fd, request, argument));
}

int isatty(int fd) {
  struct winsize window;
  return ioctl(fd, TIOCGWINSZ, &window) == 0;
}

char *ttyname(int fd) {
  return isatty(fd) ? "/dev/tty" : 0;
}

int tcgetattr(int fd, struct termios *to) {
  return ioctl(fd, TCGETS, to);
}

int tcsetattr(int fd, int when, const struct termios *from) {
  if (when < TCSANOW || when > TCSAFLUSH) {
    errno = EINVAL;
    return -1;
  }
  return ioctl(fd, TCSETS + (unsigned long)when, from);
}

void cfmakeraw(struct termios *settings) {
  settings->c_iflag &= ~(tcflag_t)(IGNBRK | BRKINT | PARMRK | ISTRIP | INLCR | IGNCR | ICRNL | IXON);
  settings->c_oflag &= ~(tcflag_t)OPOST;
  settings->c_lflag &= ~(tcflag_t)(ECHO | ECHONL | ICANON | ISIG | IEXTEN);
  settings->c_cflag = (settings->c_cflag & ~(tcflag_t)(CSIZE | PARENB)) | CS8;
  settings->c_cc[VMIN] = 1;
  settings->c_cc[VTIME] = 0;
}

pid_t tcgetpgrp(int fd) {
  pid_t pgid;
  return ioctl(fd, TIOCGPGRP, &pgid) < 0 ? -1 : pgid;
}

int tcsetpgrp(int fd, pid_t pgid) {
  return ioctl(fd, TIOCSPGRP, &pgid);
}
