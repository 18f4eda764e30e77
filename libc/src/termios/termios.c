/* Terminals and other devices. */
#include <errno.h>
#include <stdarg.h>
#include <string.h>
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

int ttyname_r(int fd, char *name, size_t bytes) {
  if (!isatty(fd)) {
    return errno;
  }
  return strlcpy(name, "/dev/tty", bytes) < bytes ? 0 : ERANGE;
}

char *ctermid(char *name) {
  return name != 0 ? strcpy(name, "/dev/tty") : (char *)"/dev/tty";
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

/* Speeds mean nothing to this terminal, but it remembers them. */
speed_t cfgetospeed(const struct termios *settings) {
  return settings->c_cflag & CBAUD;
}

speed_t cfgetispeed(const struct termios *settings) {
  return cfgetospeed(settings);
}

int cfsetospeed(struct termios *settings, speed_t speed) {
  if (speed & ~(speed_t)CBAUD) {
    errno = EINVAL;
    return -1;
  }
  settings->c_cflag = (settings->c_cflag & ~(tcflag_t)CBAUD) | speed;
  return 0;
}

int cfsetispeed(struct termios *settings, speed_t speed) {
  return speed == B0 ? 0 : cfsetospeed(settings, speed);
}

int cfsetspeed(struct termios *settings, speed_t speed) {
  return cfsetospeed(settings, speed);
}

static int control(int fd, unsigned long request, int argument) {
  return __result(__sys_ioctl(fd, request, (void *)argument));
}

int tcdrain(int fd) {
  return control(fd, TCSBRK, 1);
}

int tcsendbreak(int fd, int duration) {
  (void)duration;
  return control(fd, TCSBRK, 0);
}

int tcflow(int fd, int action) {
  return control(fd, TCXONC, action);
}

int tcflush(int fd, int queue) {
  return control(fd, TCFLSH, queue);
}

pid_t tcgetsid(int fd) {
  pid_t sid;
  return ioctl(fd, TIOCGSID, &sid) < 0 ? -1 : sid;
}
