/* Named pipes among the files of the working directory: they take and lose names as files do. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void show(const char *what, long result) {
    printf("%s: %ld %s\n", what, result, result < 0 ? strerror(errno) : "");
}

int main(void) {
    show("mkfifo", mkfifo("pipe", 0640));
    show("link", link("pipe", "empty/other"));
    show("over a file", rename("pipe", "victim"));
    show("chmod", chmod("victim", 0600));
    show("by a file", rename("gone", "victim"));
    show("mkfifo again", mkfifo("pipe", 0600));
    show("rename", rename("pipe", "empty/pipe"));
    show("by a pipe", rename("empty/other", "empty/pipe"));
    if (fork() == 0) {
        int fd = open("empty/pipe", O_WRONLY);
        _exit(write(fd, "through", 7) == 7 ? 0 : 1);
    }
    char buffer[10] = "";
    show("read", read(open("empty/pipe", O_RDONLY), buffer, sizeof buffer));
    show(buffer, wait(0) > 0);
    show("rmdir", rmdir("empty"));
    show("unlink", unlink("empty/pipe"));
    show("rmdir", rmdir("empty"));
    show("unlink by name", mkfifo("last", 0600) || unlink("last"));
    return 0;
}
