/*
 * Preloaded into the workload of the power-cut test: writes down, in one order, every write, truncation and flush
 * of the files in POWER_CUT_DIR that matter, with the data. A flush is not done for real, only waited for: what it
 * makes safe is decided when the recording is played back.
 *
 * Each entry of the recording is a header of 24 bytes (little endian) and the data of a write.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

enum { WRITE = 1, FLUSH_BEGIN = 2, FLUSH_END = 3, TRUNCATE = 4 };

struct header {
  uint8_t kind;
  uint8_t file;
  uint16_t unused;
  uint32_t length;
  uint64_t offset; /* of a flush: its number */
  uint64_t reserved;
};

static const char *const names[] = {"restate.db", "restate.db-wal", "acknowledged"};
static pthread_mutex_t order = PTHREAD_MUTEX_INITIALIZER;
static int recording = -1;
static uint64_t flushes = 0;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

/* Index into names of the file behind a descriptor, or -1. */
static int file_of(int fd) {
  char link[64], path[4096];
  const char *dir = getenv("POWER_CUT_DIR");
  if (dir == NULL) return -1;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  size_t dir_length = strlen(dir);
  if (length <= (ssize_t)dir_length || strncmp(path, dir, dir_length) != 0 || path[dir_length] != '/') return -1;
  path[length] = 0;
  for (int i = 0; i < 3; i++)
    if (strcmp(path + dir_length + 1, names[i]) == 0) return i;
  return -1;
}

static void put(const void *bytes, size_t length) {
  const char *at = bytes;
  while (length > 0) {
    ssize_t done = REAL(write)(recording, at, length);
    if (done <= 0) abort();
    at += done;
    length -= (size_t)done;
  }
}

/* Called with the lock held. */
static void note(uint8_t kind, int file, uint64_t offset, const void *data, uint32_t length) {
  struct header header = {kind, (uint8_t)file, 0, length, offset, 0};
  if (recording < 0) {
    recording = open(getenv("POWER_CUT_RECORDING"), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (recording < 0) abort();
  }
  put(&header, sizeof header);
  put(data, length);
}

static ssize_t write_at(int file, int fd, const void *data, size_t length, off_t offset) {
  pthread_mutex_lock(&order);
  /* The workload asks to be killed here, where no other thread is between a write and its entry. */
  if (file == 2 && length >= 4 && memcmp(data, "kill", 4) == 0) kill(getpid(), SIGKILL);
  ssize_t done = REAL(pwrite)(fd, data, length, offset);
  int error = errno;
  if (done > 0) note(WRITE, file, (uint64_t)offset, data, (uint32_t)done);
  pthread_mutex_unlock(&order);
  errno = error;
  return done;
}

ssize_t pwrite(int fd, const void *data, size_t length, off_t offset) {
  int file = file_of(fd);
  return file < 0 ? REAL(pwrite)(fd, data, length, offset) : write_at(file, fd, data, length, offset);
}

ssize_t pwrite64(int fd, const void *data, size_t length, off64_t offset) {
  return pwrite(fd, data, length, offset);
}

ssize_t write(int fd, const void *data, size_t length) {
  int file = file_of(fd);
  if (file < 0) return REAL(write)(fd, data, length);
  off_t offset = lseek(fd, 0, SEEK_CUR);
  ssize_t done = write_at(file, fd, data, length, offset);
  if (done > 0) lseek(fd, offset + done, SEEK_SET);
  return done;
}

int ftruncate(int fd, off_t length) {
  int file = file_of(fd);
  if (file < 0) return REAL(ftruncate)(fd, length);
  pthread_mutex_lock(&order);
  int result = REAL(ftruncate)(fd, length);
  if (result == 0) note(TRUNCATE, file, (uint64_t)length, NULL, 0);
  pthread_mutex_unlock(&order);
  return result;
}

int ftruncate64(int fd, off64_t length) { return ftruncate(fd, length); }

static int flush(int file) {
  const char *delay = getenv("POWER_CUT_FLUSH_US");
  pthread_mutex_lock(&order);
  uint64_t number = ++flushes;
  note(FLUSH_BEGIN, file, number, NULL, 0);
  pthread_mutex_unlock(&order);
  usleep(delay == NULL ? 300 : (useconds_t)atoi(delay));
  pthread_mutex_lock(&order);
  note(FLUSH_END, file, number, NULL, 0);
  pthread_mutex_unlock(&order);
  return 0;
}

int fdatasync(int fd) {
  int file = file_of(fd);
  return file < 0 ? REAL(fdatasync)(fd) : flush(file);
}

int fsync(int fd) {
  int file = file_of(fd);
  return file < 0 ? REAL(fsync)(fd) : flush(file);
}
