/* Every file call with good and bad arguments in an empty directory, argv[1]; one line for each result. */
#include "call.h"

static char buffer[70000];
static u32 st[64];
static char path[5000];

static void stat_line(const char *what, long dirfd, const char *name, long flags) {
  memset(st, 0, sizeof st);
  long result = C5(STATX, dirfd, name, flags, 0x7ff, st);
  show(what, result);
  if (result) return;
  show(" nlink", st[4]);
  show(" mode", st[7] & 0xffff);
  if ((st[7] & 0xf000) != 0x4000) show(" size", st[10]);
}
static long open_(const char *name, long flags, long mode) { return C4(OPENAT, HERE, name, flags, mode); }
static void cwd_line(void) {
  memset(buffer, 0, 300);
  long result = C2(GETCWD, buffer, 300);
  show("getcwd > 0", result > 0);
  const char *last = buffer;
  for (char *c = buffer; *c; c++) if (*c == '/') last = c;
  text(last);
  text("\n");
}
static void content(const char *name) {
  long fd = open_(name, 0, 0);
  memset(buffer, 0, 300);
  show(name, C3(READ, fd, buffer, 200));
  text(buffer);
  text("\n");
  C1(CLOSE, fd);
}
static void names(const char *dir) {
  long fd = open_(dir, 0200000, 0), total = 0, sum = 0, n;
  while ((n = C3(GETDENTS, fd, buffer, 200)) > 0)
    for (char *at = buffer; at < buffer + n; at += at[16] | at[17] << 8) {
      total++;
      /* Order is the file system's own: add up instead of listing. */
      for (char *c = at + 19; *c; c++) sum += *c * (at[18] + 1);
    }
  show("names", total);
  show("sum", sum);
  show("getdents small", C3(GETDENTS, fd, buffer, 8) <= 0);
  C1(CLOSE, fd);
}

int main(int argc, char **argv) {
  show("chdir", C1(CHDIR, argv[1]));
  show("umask", C1(UMASK, 022) >= 0);
  show("umask", C1(UMASK, 027));
  show("umask", C1(UMASK, 022));

  show("open missing", open_("missing", 0, 0));
  show("open empty", open_("", 0, 0));
  show("open bad pointer", C4(OPENAT, HERE, 16, 0, 0));
  show("open bad dirfd", C4(OPENAT, 99, "x", 0, 0));
  show("open absolute ignores dirfd", C4(OPENAT, 99, "/", 0, 0) >= 0);
  long fd = open_("a", 0102, 0666);
  show("write", C3(WRITE, fd, "hello world", 11));
  stat_line("stat a", HERE, "a", 0);
  show("excl", open_("a", 0301, 0666));
  show("creat in file", open_("a/b", 0101, 0666));
  show("creat slash", open_("new/", 0101, 0666));
  show("dir write", open_(".", 1, 0));
  show("dir creat", open_(".", 0100, 0));
  show("O_DIRECTORY on file", open_("a", 0200000, 0));
  memset(path, 'n', 300);
  path[256] = 0;
  show("long name", open_(path, 0101, 0666));
  path[255] = 0;
  show("255 name", open_(path, 0101, 0666) >= 0);
  show("unlink 255", C3(UNLINKAT, HERE, path, 0));
  memset(path, '/', 4999);
  path[4998] = 'x';
  path[4999] = 0;
  show("long path", open_(path, 0, 0));

  show("seek", C5(LLSEEK, fd, 0, 6, buffer, 0));
  show("to", *(int *)buffer);
  show("seek end", C5(LLSEEK, fd, -1, -5, buffer, 2));
  show("to", *(int *)buffer);
  show("seek before start", C5(LLSEEK, fd, -1, -50, buffer, 0));
  show("seek whence", C5(LLSEEK, fd, 0, 0, buffer, 7));
  memset(buffer, 0, 100);
  show("read", C3(READ, fd, buffer, 100));
  text(buffer);
  show("\nread at end", C3(READ, fd, buffer, 100));
  show("read bad fd", C3(READ, 77, buffer, 1));
  show("read bad pointer", C3(READ, open_("a", 0, 0), 16, 1));
  show("read wronly", C3(READ, open_("a", 1, 0), buffer, 1));
  show("write rdonly", C3(WRITE, open_("a", 0, 0), buffer, 1));
  show("read dir", C3(READ, open_(".", 0, 0), buffer, 1));
  show("write bad pointer", C3(WRITE, fd, 16, 1));
  show("pread", call(PREAD, fd, (long)buffer, 5, 6, 0, 0));
  show("pread negative", call(PREAD, fd, (long)buffer, 5, -1, -1, 0));
  show("pwrite", call(PWRITE, fd, (long)"XY", 2, 20000, 0, 0));
  stat_line("stat a", HERE, "a", 0);
  show("hole", call(PREAD, fd, (long)buffer, 4, 15000, 0, 0));
  show("is zero", *(int *)buffer);
  show("truncate", call(FTRUNCATE, fd, 5, 0, 0, 0, 0));
  show("truncate negative", call(FTRUNCATE, fd, -1, -1, 0, 0, 0));
  show("truncate rdonly", call(FTRUNCATE, open_("a", 0, 0), 1, 0, 0, 0, 0));
  content("a");
  struct { const char *base; u32 bytes; } iov[3] = {{"one ", 4}, {"", 0}, {"two", 3}};
  show("writev", C3(WRITEV, fd, iov, 3));
  show("writev -1", C3(WRITEV, fd, iov, -1));
  show("writev 1025", C3(WRITEV, fd, iov, 1025));
  long ap = open_("log", 02101, 0600);
  C3(WRITE, ap, "1", 1);
  C5(LLSEEK, ap, 0, 0, buffer, 0);
  C3(WRITE, ap, "2", 1);
  content("log");
  show("trunc open", open_("log", 01001, 0) >= 0);
  stat_line("stat log", HERE, "log", 0);

  show("dup", C1(DUP, fd) > fd);
  show("dup bad", C1(DUP, 77));
  show("dup3 same", C3(DUP3, fd, fd, 0));
  show("dup3", C3(DUP3, fd, 40, 02000000));
  show("getfd", C3(FCNTL, 40, 1, 0));
  show("setfd", C3(FCNTL, 40, 2, 0));
  show("getfd", C3(FCNTL, 40, 1, 0));
  show("dupfd", C3(FCNTL, fd, 0, 50));
  show("dupfd cloexec", C3(FCNTL, fd, 1030, 50));
  show("getfl", C3(FCNTL, ap, 3, 0) & 02003);
  show("dup3 bad flags", C3(DUP3, fd, 41, 1));
  show("close", C1(CLOSE, 50));
  show("close again", C1(CLOSE, 50));

  show("mkdir", C3(MKDIRAT, HERE, "d", 0777));
  show("mkdir again", C3(MKDIRAT, HERE, "d", 0777));
  show("mkdir slash", C3(MKDIRAT, HERE, "d/e/", 0777));
  stat_line("stat d", HERE, "d", 0);
  show("mkdir nowhere", C3(MKDIRAT, HERE, "no/d", 0777));
  show("mkdir in file", C3(MKDIRAT, HERE, "a/d", 0777));
  show("symlink", C3(SYMLINKAT, "a", HERE, "link"));
  show("symlink again", C3(SYMLINKAT, "a", HERE, "link"));
  show("symlink empty", C3(SYMLINKAT, "", HERE, "l2"));
  C3(SYMLINKAT, "loop2", HERE, "loop1");
  C3(SYMLINKAT, "loop1", HERE, "loop2");
  C3(SYMLINKAT, "d/", HERE, "dlink");
  show("loop", open_("loop1", 0, 0));
  show("nofollow", open_("link", 0400000, 0));
  stat_line("stat link", HERE, "link", 0);
  stat_line("lstat link", HERE, "link", 0x100);
  stat_line("stat dlink/", HERE, "dlink/", 0x100);
  stat_line("empty path", fd, "", 0x1000);
  stat_line("empty without flag", fd, "", 0);
  stat_line("stat in file", HERE, "a/x", 0);
  memset(buffer, 0, 100);
  show("readlink", C4(READLINKAT, HERE, "link", buffer, 50));
  show("readlink file", C4(READLINKAT, HERE, "a", buffer, 50));
  show("readlink 0", C4(READLINKAT, HERE, "link", buffer, 0));
  show("access", C3(FACCESSAT, HERE, "a", 4));
  show("access missing", C3(FACCESSAT, HERE, "none", 0));
  show("access mode", C3(FACCESSAT, HERE, "a", 9));
  show("link", C5(LINKAT, HERE, "a", HERE, "a2", 0));
  show("link again", C5(LINKAT, HERE, "a", HERE, "a2", 0));
  show("link dir", C5(LINKAT, HERE, "d", HERE, "d2", 0));
  show("link slash", C5(LINKAT, HERE, "a", HERE, "a3/", 0));
  show("link missing", C5(LINKAT, HERE, "none", HERE, "a3", 0));
  stat_line("stat a2", HERE, "a2", 0);

  show("rename", C5(RENAMEAT2, HERE, "a2", HERE, "b", 0));
  show("rename missing", C5(RENAMEAT2, HERE, "a2", HERE, "b", 0));
  show("rename noreplace", C5(RENAMEAT2, HERE, "b", HERE, "log", 1));
  show("rename same inode", C5(RENAMEAT2, HERE, "a", HERE, "b", 0));
  show("rename dir to file", C5(RENAMEAT2, HERE, "d", HERE, "b", 0));
  show("rename file to dir", C5(RENAMEAT2, HERE, "b", HERE, "d", 0));
  show("rename into itself", C5(RENAMEAT2, HERE, "d", HERE, "d/e/f", 0));
  show("rename dot", C5(RENAMEAT2, HERE, ".", HERE, "x", 0));
  show("rename file slash", C5(RENAMEAT2, HERE, "b", HERE, "c/", 0));
  C3(MKDIRAT, HERE, "full", 0755);
  C3(MKDIRAT, HERE, "full/x", 0755);
  show("rename onto full", C5(RENAMEAT2, HERE, "d", HERE, "full", 0));
  show("rename dir", C5(RENAMEAT2, HERE, "d", HERE, "full/x", 0));
  stat_line("stat full", HERE, "full", 0);
  show("unlink dir", C3(UNLINKAT, HERE, "full", 0));
  show("rmdir full", C3(UNLINKAT, HERE, "full", 0x200));
  show("rmdir file", C3(UNLINKAT, HERE, "a", 0x200));
  show("rmdir dot", C3(UNLINKAT, HERE, "full/.", 0x200));
  show("rmdir dotdot", C3(UNLINKAT, HERE, "full/x/..", 0x200));
  show("unlink flags", C3(UNLINKAT, HERE, "a", 1));
  show("unlink missing", C3(UNLINKAT, HERE, "none", 0));
  show("unlink slash", C3(UNLINKAT, HERE, "a/", 0));
  names(".");

  show("chdir", C1(CHDIR, "full/x"));
  cwd_line();
  show("chdir file", C1(CHDIR, "../../a"));
  show("getcwd small", C2(GETCWD, buffer, 2));
  C3(UNLINKAT, HERE, "e", 0x200);
  show("rmdir cwd", C3(UNLINKAT, HERE, "../x", 0x200));
  show("getcwd gone", C2(GETCWD, buffer, 300));
  show("creat gone", open_("f", 0101, 0666));
  show("mkdir gone", C3(MKDIRAT, HERE, "f", 0777));
  C1(CHDIR, argv[1]);

  int fds[2];
  show("pipe flags", C2(PIPE2, fds, 1));
  show("pipe", C2(PIPE2, fds, 04000));
  show("pipe empty", C3(READ, fds[0], buffer, 1));
  show("pipe write", C3(WRITE, fds[1], "abc", 3));
  show("pipe seek", C5(LLSEEK, fds[0], 0, 0, buffer, 0));
  show("pipe pread", call(PREAD, fds[0], (long)buffer, 1, 0, 0, 0));
  show("fionread", C3(IOCTL, fds[0], 0x541b, buffer));
  show("is", *(int *)buffer);
  show("pipe read", C3(READ, fds[0], buffer, 70000));
  show("pipe fill", C3(WRITE, fds[1], buffer, 70000));
  show("pipe full", C3(WRITE, fds[1], buffer, 1));
  show("pipe read", C3(READ, fds[0], buffer, 70000));
  struct { int fd; short events, revents; } polls[3] = {{fds[0], 1, 0}, {fds[1], 4, 0}, {77, 1, 0}};
  u64 zero[2] = {0, 0};
  show("poll", C5(PPOLL, polls, 3, zero, 0, 8));
  show(" 0", polls[0].revents);
  show(" 1", polls[1].revents);
  show(" 2", polls[2].revents);
  C1(CLOSE, fds[1]);
  show("poll", C5(PPOLL, polls, 1, zero, 0, 8));
  show(" 0", polls[0].revents);
  show("pipe end", C3(READ, fds[0], buffer, 1));
  show("tcgets", C3(IOCTL, fds[0], 0x5401, buffer));
  show("ioctl bad fd", C3(IOCTL, 77, 0x5401, buffer));
  long null = open_("/dev/null", 2, 0);
  show("null", C3(READ, null, buffer, 10));
  show("full", C3(WRITE, open_("/dev/full", 1, 0), "x", 1));
  show("zero", C3(READ, open_("/dev/zero", 0, 0), buffer, 10));
  return 0;
}
