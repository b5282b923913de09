/*
 * Four system calls that Node lacks, for Linux on x64 and arm64.
 *
 * It links no library, and calls the kernel and Node-API only. So one file serves every version of Node and every C library.
 * Each function returns an integer: what the call gives, or a negative errno. None throws, whatever it is given.
 */

typedef unsigned long size_t;
typedef struct napi_env__ *napi_env;
typedef struct napi_value__ *napi_value;
typedef struct napi_callback_info__ *napi_callback_info;
typedef napi_value (*napi_callback)(napi_env, napi_callback_info);
enum { napi_ok = 0 };

/* From Node's documentation of Node-API, version 1. Node itself defines them. */
extern int napi_get_cb_info(napi_env, napi_callback_info, size_t *, napi_value *, napi_value *, void **);
extern int napi_get_value_double(napi_env, napi_value, double *);
extern int napi_get_value_string_utf8(napi_env, napi_value, char *, size_t, size_t *);
extern int napi_create_int32(napi_env, int, napi_value *);
extern int napi_create_function(napi_env, const char *, size_t, napi_callback, void *, napi_value *);
extern int napi_set_named_property(napi_env, napi_value, const char *, napi_value);

#define EXPORTED __attribute__((visibility("default")))

/* The kernel's own numbers, which never change: <asm/unistd.h>, <asm-generic/errno.h>, <asm-generic/fcntl.h>. */
#if defined(__x86_64__)
enum {
  SYS_flock = 73, SYS_fcntl = 72, SYS_renameat2 = 316,
  SYS_flistxattr = 196, SYS_fgetxattr = 193, SYS_fsetxattr = 190, SYS_fremovexattr = 199
};

static long call5(long number, long a, long b, long c, long d, long e) {
  long result;
  register long r10 __asm__("r10") = d;
  register long r8 __asm__("r8") = e;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8)
                   : "rcx", "r11", "memory");
  return result;
}
#elif defined(__aarch64__)
enum {
  SYS_flock = 32, SYS_fcntl = 25, SYS_renameat2 = 276,
  SYS_flistxattr = 13, SYS_fgetxattr = 10, SYS_fsetxattr = 7, SYS_fremovexattr = 16
};

static long call5(long number, long a, long b, long c, long d, long e) {
  register long x8 __asm__("x8") = number;
  register long x0 __asm__("x0") = a;
  register long x1 __asm__("x1") = b;
  register long x2 __asm__("x2") = c;
  register long x3 __asm__("x3") = d;
  register long x4 __asm__("x4") = e;
  __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4) : "memory");
  return x0;
}
#else
#error "only x64 and arm64"
#endif

enum { EAGAIN = 11, EINVAL = 22, ENAMETOOLONG = 36, ENODATA = 61, EOPNOTSUPP = 95 };
enum { AT_FDCWD = -100, RENAME_EXCHANGE = 2 };
enum { F_GETFL = 3, F_SETSIG = 10, F_SETLEASE = 1024, F_RDLCK = 0, F_UNLCK = 2, O_ACCMODE = 3, O_RDONLY = 0 };
/* What a broken lease sends; by default it is ignored. */
enum { SIGURG = 23 };
enum { PATH_BYTES = 4096, XATTR_BYTES = 65536, NO_FD = -1, MAX_INT = 0x7fffffff };

struct args {
  napi_env env;
  napi_value values[2];
};

/* Missing arguments are undefined, which is no number and no text. */
static struct args args_of(napi_env env, napi_callback_info info) {
  struct args args;
  size_t count = 2;
  args.env = env;
  args.values[0] = args.values[1] = 0;
  napi_get_cb_info(env, info, &count, args.values, 0, 0);
  return args;
}

/* A whole number that is not negative; else NO_FD, which the kernel answers with EBADF. */
static int int_at(const struct args *args, int index) {
  double value;
  if (napi_get_value_double(args->env, args->values[index], &value) != napi_ok) return NO_FD;
  if (!(value >= 0 && value <= MAX_INT) || (double)(int)value != value) return NO_FD;
  return (int)value;
}

/* 0, or a negative errno: a path that the kernel would cut short names another file. */
static int path_at(const struct args *args, int index, char path[PATH_BYTES]) {
  size_t length = 0;
  size_t i;
  if (napi_get_value_string_utf8(args->env, args->values[index], 0, 0, &length) != napi_ok) return -EINVAL;
  if (length >= PATH_BYTES) return -ENAMETOOLONG;
  if (napi_get_value_string_utf8(args->env, args->values[index], path, PATH_BYTES, &length) != napi_ok) return -EINVAL;
  for (i = 0; i < length; i++) {
    if (path[i] == 0) return -EINVAL;
  }
  return 0;
}

static napi_value answer(napi_env env, long result) {
  napi_value value = 0;
  napi_create_int32(env, (int)result, &value);
  return value;
}

/* flock(fd, operation): flock(2). -EAGAIN: another process holds the lock. */
static napi_value do_flock(napi_env env, napi_callback_info info) {
  struct args args = args_of(env, info);
  return answer(env, call5(SYS_flock, int_at(&args, 0), int_at(&args, 1), 0, 0, 0));
}

/* exchange(a, b): two files swap their names in one step, renameat2(2). */
static napi_value do_exchange(napi_env env, napi_callback_info info) {
  struct args args = args_of(env, info);
  char a[PATH_BYTES];
  char b[PATH_BYTES];
  int failure = path_at(&args, 0, a);
  if (failure == 0) failure = path_at(&args, 1, b);
  if (failure != 0) return answer(env, failure);
  return answer(env, call5(SYS_renameat2, AT_FDCWD, (long)a, AT_FDCWD, (long)b, RENAME_EXCHANGE));
}

/*
 * writers(fd): 1 if any process has the file open for writing, 0 if none has. The kernel gives a read lease only on a file
 * that nobody may write (fcntl(2), F_SETLEASE). The descriptor must be open for reading alone, or it counts itself.
 */
static napi_value do_writers(napi_env env, napi_callback_info info) {
  struct args args = args_of(env, info);
  int fd = int_at(&args, 0);
  long result = call5(SYS_fcntl, fd, F_GETFL, 0, 0, 0);
  if (result < 0) return answer(env, result);
  if ((result & O_ACCMODE) != O_RDONLY) return answer(env, -EINVAL);
  result = call5(SYS_fcntl, fd, F_SETSIG, SIGURG, 0, 0);
  if (result < 0) return answer(env, result);
  result = call5(SYS_fcntl, fd, F_SETLEASE, F_RDLCK, 0, 0);
  if (result == -EAGAIN) return answer(env, 1);
  if (result < 0) return answer(env, result);
  call5(SYS_fcntl, fd, F_SETLEASE, F_UNLCK, 0, 0);
  return answer(env, 0);
}

static int is_same_name(const char *a, const char *b) {
  while (*a != 0 && *a == *b) a++, b++;
  return *a == *b;
}

static int begins_with(const char *name, const char *prefix) {
  while (*prefix != 0) {
    if (*name++ != *prefix++) return 0;
  }
  return 1;
}

/* Those of the system's guards, such as a label of SELinux, which only an administrator may set, and which the kernel gives
   to each new file as its rules say. */
static int is_the_systems(const char *name) {
  return begins_with(name, "security.") || begins_with(name, "trusted.");
}

/* The names of a file's attributes, each with its final NUL. @returns their length, or a negative errno */
static long names_of(int fd, char names[XATTR_BYTES]) {
  long length = call5(SYS_flistxattr, fd, (long)names, XATTR_BYTES, 0, 0);
  return length == -EOPNOTSUPP ? 0 : length;
}

static const char *after(const char *name) {
  while (*name++ != 0) {}
  return name;
}

static int is_among(const char *name, const char *names, const char *end) {
  for (; names < end; names = after(names)) {
    if (is_same_name(name, names)) return 1;
  }
  return 0;
}

/*
 * copyAttributes(from, to): gives one file the access control list and the extended attributes of another, and takes away
 * what it got from its folder's default list. Both descriptors must be open; 0, or the errno of the first one that failed.
 */
static napi_value do_copy_attributes(napi_env env, napi_callback_info info) {
  struct args args = args_of(env, info);
  int from = int_at(&args, 0);
  int to = int_at(&args, 1);
  char wanted[XATTR_BYTES];
  char present[XATTR_BYTES];
  char value[XATTR_BYTES];
  const char *name;
  long wanted_length = names_of(from, wanted);
  long present_length = names_of(to, present);
  if (wanted_length < 0) return answer(env, wanted_length);
  if (present_length < 0) return answer(env, present_length);
  for (name = present; name < present + present_length; name = after(name)) {
    long result;
    if (is_the_systems(name) || is_among(name, wanted, wanted + wanted_length)) continue;
    result = call5(SYS_fremovexattr, to, (long)name, 0, 0, 0);
    if (result < 0 && result != -ENODATA) return answer(env, result);
  }
  for (name = wanted; name < wanted + wanted_length; name = after(name)) {
    long length;
    long result;
    if (is_the_systems(name)) continue;
    length = call5(SYS_fgetxattr, from, (long)name, (long)value, XATTR_BYTES, 0);
    if (length == -ENODATA) continue;
    if (length < 0) return answer(env, length);
    result = call5(SYS_fsetxattr, to, (long)name, (long)value, length, 0);
    if (result < 0) return answer(env, result);
  }
  return answer(env, 0);
}

static void export_function(napi_env env, napi_value exports, const char *name, napi_callback callback) {
  napi_value function = 0;
  size_t length = (size_t)(after(name) - name) - 1;
  if (napi_create_function(env, name, length, callback, 0, &function) == napi_ok) {
    napi_set_named_property(env, exports, name, function);
  }
}

EXPORTED int node_api_module_get_api_version_v1(void) {
  return 8;
}

EXPORTED napi_value napi_register_module_v1(napi_env env, napi_value exports) {
  export_function(env, exports, "flock", do_flock);
  export_function(env, exports, "exchange", do_exchange);
  export_function(env, exports, "writers", do_writers);
  export_function(env, exports, "copyAttributes", do_copy_attributes);
  return exports;
}
