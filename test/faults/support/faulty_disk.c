// Under a server, by LD_PRELOAD: calls that write to its database fail as the file FAULTY_DISK says, while it
// says so: lines such as "flush 5", "write 28", "write 30" with an errno. Nothing else is touched.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static int is_database(int file) {
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  const ssize_t length = readlink(link, path, sizeof path - 1);
  if (length <= 0) return 0;
  path[length] = 0;
  return strstr(path, ".db") != NULL;
}

static int fault(const char* wanted, int file) {
  const char* control = getenv("FAULTY_DISK");
  if (control == NULL || access(control, R_OK) != 0 || !is_database(file)) return 0;
  FILE* lines = fopen(control, "re");
  if (lines == NULL) return 0;
  char word[16];
  int number = 0, found = 0;
  while (fscanf(lines, "%15s %d", word, &number) == 2)
    if (strcmp(word, wanted) == 0) found = number;
  fclose(lines);
  return found;
}

#define REAL(type, name, ...) ((type(*)(__VA_ARGS__))dlsym(RTLD_NEXT, name))
#define FAIL_IF_TOLD(word, file)            \
  do {                                      \
    const int why = fault(word, file);      \
    if (why != 0) return errno = why, -1;   \
  } while (0)

int fdatasync(int file) {
  FAIL_IF_TOLD("flush", file);
  return REAL(int, "fdatasync", int)(file);
}
int fsync(int file) {
  FAIL_IF_TOLD("flush", file);
  return REAL(int, "fsync", int)(file);
}
ssize_t pwrite64(int file, const void* bytes, size_t count, off64_t at) {
  FAIL_IF_TOLD("write", file);
  return REAL(ssize_t, "pwrite64", int, const void*, size_t, off64_t)(file, bytes, count, at);
}
ssize_t pwrite(int file, const void* bytes, size_t count, off_t at) {
  FAIL_IF_TOLD("write", file);
  return REAL(ssize_t, "pwrite", int, const void*, size_t, off_t)(file, bytes, count, at);
}
int ftruncate64(int file, off64_t length) {
  FAIL_IF_TOLD("write", file);
  return REAL(int, "ftruncate64", int, off64_t)(file, length);
}
