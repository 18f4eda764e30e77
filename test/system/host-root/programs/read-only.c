/* Changes in a folder that is given read-only: prints the error of each. Reading works, and so does the machine's own /tmp. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static void show(const char *what, long result) {
    printf("%s: %s\n", what, result < 0 ? strerror(errno) : "done");
}

int main(void) {
    char text[10] = "";
    int fd = open("file", O_RDONLY);
    show("read", read(fd, text, 4));
    show("read the same", strcmp(text, "text"));
    show("map privately", mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0) == MAP_FAILED ? -1 : 0);
    show("write by it", write(fd, "x", 1));
    show("fsync", fsync(fd));
    show("fchmod", fchmod(fd, 0600));
    show("open to write", open("file", O_WRONLY));
    show("open to create what is there", open("file", O_RDONLY | O_CREAT, 0600));
    show("create", open("new", O_WRONLY | O_CREAT, 0600));
    show("access", access("file", W_OK));
    show("access to read", access("file", R_OK));
    show("truncate", truncate("file", 0));
    show("mkdir", mkdir("new", 0700));
    show("mkdir that is there", mkdir("dir", 0700));
    show("rmdir", rmdir("dir"));
    show("unlink", unlink("file"));
    show("unlink what is not there", unlink("none"));
    show("rename", rename("file", "new"));
    show("link", link("file", "new"));
    show("symlink", symlink("file", "new"));
    show("chmod", chmod("file", 0600));
    show("chown", chown("file", -1, 0));
    show("times", utimensat(AT_FDCWD, "file", 0, 0));
    show("in /tmp", open("tmp/new", O_WRONLY | O_CREAT, 0600));
    show("link into /tmp", link("file", "tmp/file"));
    show("rename out of /tmp", rename("tmp/new", "new"));
    show("remove /tmp", rmdir("tmp"));
    return 0;
}
