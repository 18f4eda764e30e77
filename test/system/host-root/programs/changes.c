/* Every change of a file system that a program can make, in the working directory; prints what each call gave. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static void show(const char *what, long result) {
    printf("%s: %ld %s\n", what, result, result < 0 ? strerror(errno) : "");
}

static void put(const char *path, const char *text) {
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0640);
    show(path, fd < 0 ? -1 : 0);
    show(" write", write(fd, text, strlen(text)));
    show(" close", close(fd));
}

static void mapped(void) {
    int fd = open("mapped", O_RDWR | O_CREAT, 0600);
    int cut = ftruncate(fd, 10000);
    show("ftruncate", cut);
    char *map = mmap(0, 10000, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    show("mmap", map == MAP_FAILED ? -1 : 0);
    close(fd);
    if (map == MAP_FAILED || cut < 0)
        return;
    strcpy(map + 4090, "across two pages");
    show("msync", msync(map, 8192, MS_SYNC));
    strcpy(map + 9000, "after msync");
    show("munmap", munmap(map, 10000));
}

int main(void) {
    char buffer[100] = "";
    put("new", "made in the machine\n");
    put("old", "shorter");
    show("append", 0);
    int fd = open("log", O_WRONLY | O_APPEND);
    show(" write", write(fd, "second\n", 7));
    show(" fsync", fsync(fd));
    close(fd);
    show("truncate", truncate("cut", 3));
    show("mkdir", mkdir("sub", 0750));
    show("mkdir again", mkdir("sub", 0750));
    show("mkdir deep", mkdir("sub/deep", 0700));
    show("symlink", symlink("../new", "sub/link"));
    show("through link", open("sub/link", O_RDONLY) < 0 ? -1 : 0);
    show("readlink", readlink("sub/link", buffer, sizeof buffer));
    show("link", link("new", "sub/deep/same"));
    show("chmod", chmod("sub/deep/same", 0444));
    show("rename", rename("old", "sub/renamed"));
    show("rename over", rename("sub/renamed", "victim"));
    show("rename directory", rename("sub/deep", "deep"));
    show("rename into itself", rename("sub", "sub/x"));
    put("deep/late", "in a directory that has moved\n");
    show("rmdir full", rmdir("deep"));
    show("unlink directory", unlink("deep"));
    show("rmdir", rmdir("empty"));
    show("unlink missing", unlink("missing"));
    show("unlink", unlink("gone"));
    struct timespec times[2] = {{1000000000, 0}, {1100000000, 500000000}};
    show("utimensat", utimensat(AT_FDCWD, "victim", times, 0));
    /* Written by a descriptor whose name and whose right to write are gone. */
    fd = open("scratch", O_RDWR | O_CREAT, 0400);
    show("write 0400", write(fd, "x", 1));
    show("unlink open", unlink("scratch"));
    show("write unlinked", pwrite(fd, "yz", 2, 1));
    show("read unlinked", pread(fd, buffer, 10, 0));
    show("close", close(fd));
    /* Of two names the first goes; the file is written by the other. */
    show("unlink one of two", unlink("first"));
    put("second", "two names, one left\n");
    mapped();
    fd = open("holes", O_RDWR | O_CREAT, 0644);
    show("pwrite", pwrite(fd, "end", 3, 20000));
    show("dup", dup2(fd, 60));
    close(fd);
    show("write to the copy", write(60, "start", 5));
    return 0;
}
