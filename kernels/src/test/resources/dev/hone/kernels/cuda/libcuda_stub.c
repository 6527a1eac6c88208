/* A CUDA driver that pretends: device memory is the host's, a stream does its work at once, and each
   call is written to the file HONE_STUB_LOG. A kernel is not run: what it was launched with is
   written down, by the types that the name of the kernel spells (i, l, f, a after the last '_').
   The call named by HONE_STUB_FAIL fails with the status HONE_STUB_STATUS. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef int R;
typedef unsigned long long P;

static R note(const char *call, const char *format, ...) {
  const char *path = getenv("HONE_STUB_LOG");
  if (path) {
    FILE *log = fopen(path, "a");
    va_list list;
    va_start(list, format);
    fprintf(log, "%s ", call);
    vfprintf(log, format, list);
    va_end(list);
    fputc('\n', log);
    fclose(log);
  }
  const char *fail = getenv("HONE_STUB_FAIL");
  const char *status = getenv("HONE_STUB_STATUS");
  return fail && status && !strcmp(fail, call) ? atoi(status) : 0;
}

static long handles = 0x1000;
static void *next(void) { return (void *)(handles += 0x10); }

R cuInit(unsigned f) { return note("cuInit", "%u", f); }
R cuDriverGetVersion(int *v) { *v = 12040; return 0; }
R cuDeviceGetCount(int *n) { *n = 2; return 0; }
R cuDeviceGet(int *d, int i) { *d = i; return note("cuDeviceGet", "%d", i); }
R cuDeviceGetName(char *s, int n, int d) { snprintf(s, n, "Stub %d", d); return 0; }
R cuDeviceTotalMem_v2(size_t *b, int d) { (void)d; *b = 3ULL << 30; return 0; }
R cuDeviceGetAttribute(int *v, int a, int d) {
  (void)d;
  *v = a == 75 ? 8 : a == 76 ? 6 : a == 16 ? 28 : a == 1 ? 1024 : a == 8 ? 49152 : -1;
  return 0;
}
R cuDevicePrimaryCtxRetain(void **c, int d) { *c = next(); return note("cuDevicePrimaryCtxRetain", "%d", d); }
R cuDevicePrimaryCtxRelease_v2(int d) { return note("cuDevicePrimaryCtxRelease", "%d", d); }
R cuCtxSetCurrent(void *c) { return c ? 0 : 201; }
R cuCtxSynchronize(void) { return note("cuCtxSynchronize", ""); }
R cuGetErrorString(R r, const char **s) { *s = r == 2 ? "out of memory" : "an error"; return 0; }
R cuMemGetInfo_v2(size_t *f, size_t *t) { *f = 1ULL << 30; *t = 3ULL << 30; return 0; }
R cuMemAlloc_v2(P *p, size_t n) {
  R r = note("cuMemAlloc", "%zu", n);
  if (!r) *p = (P)malloc(n);
  return r;
}
R cuMemFree_v2(P p) { free((void *)p); return note("cuMemFree", ""); }
R cuMemHostAlloc(void **p, size_t n, unsigned f) { *p = malloc(n); return note("cuMemHostAlloc", "%zu %u", n, f); }
R cuMemFreeHost(void *p) { free(p); return note("cuMemFreeHost", ""); }
R cuStreamCreate(void **s, unsigned f) { *s = next(); return note("cuStreamCreate", "%u", f); }
R cuStreamDestroy_v2(void *s) { return note("cuStreamDestroy", "%p", s); }
R cuStreamSynchronize(void *s) { return note("cuStreamSynchronize", "%p", s); }
R cuStreamWaitEvent(void *s, void *e, unsigned f) { return note("cuStreamWaitEvent", "%p %p %u", s, e, f); }
R cuMemcpyHtoDAsync_v2(P d, const void *h, size_t n, void *s) { memcpy((void *)d, h, n); return note("cuMemcpyHtoDAsync", "%zu %p", n, s); }
R cuMemcpyDtoHAsync_v2(void *h, P d, size_t n, void *s) { memcpy(h, (void *)d, n); return note("cuMemcpyDtoHAsync", "%zu %p", n, s); }
R cuMemcpyDtoDAsync_v2(P d, P f, size_t n, void *s) { memcpy((void *)d, (void *)f, n); return note("cuMemcpyDtoDAsync", "%zu %p", n, s); }
R cuMemsetD32Async(P d, unsigned w, size_t n, void *s) {
  for (size_t i = 0; i < n; i++) ((unsigned *)d)[i] = w;
  return note("cuMemsetD32Async", "%x %zu %p", w, n, s);
}
R cuEventCreate(void **e, unsigned f) { *e = next(); return note("cuEventCreate", "%u", f); }
R cuEventRecord(void *e, void *s) { return note("cuEventRecord", "%p %p", e, s); }
R cuEventQuery(void *e) { return note("cuEventQuery", "%p", e); }
R cuEventSynchronize(void *e) { return note("cuEventSynchronize", "%p", e); }
R cuEventElapsedTime(float *m, void *a, void *b) { *m = 1.5f; return note("cuEventElapsedTime", "%p %p", a, b); }
R cuEventDestroy_v2(void *e) { return note("cuEventDestroy", "%p", e); }
R cuModuleLoadDataEx(void **m, const void *text, unsigned n, int *o, void **v) {
  R r = note("cuModuleLoadDataEx", "%zu characters", strlen(text));
  for (unsigned i = 0; r && i < n; i++)
    if (o[i] == 5) strcpy(v[i], "ptxas: line 3 is wrong"); /* CU_JIT_ERROR_LOG_BUFFER */
  *m = next();
  return r;
}
R cuModuleGetFunction(void **f, void *m, const char *name) { (void)m; *f = strdup(name); return note("cuModuleGetFunction", "%s", name); }
R cuModuleUnload(void *m) { return note("cuModuleUnload", "%p", m); }
R cuLaunchKernel(void *f, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz,
                 unsigned shared, void *s, void **params, void **extra) {
  char values[256] = "";
  const char *types = strrchr(f, '_') + 1;
  for (int i = 0; types[i]; i++) {
    char *end = values + strlen(values);
    if (types[i] == 'i') sprintf(end, " %d", *(int *)params[i]);
    if (types[i] == 'l') sprintf(end, " %lld", *(long long *)params[i]);
    if (types[i] == 'f') sprintf(end, " %g", *(float *)params[i]);
    if (types[i] == 'a') sprintf(end, " @%d", ***(int ***)&params[i]);
  }
  return note("cuLaunchKernel", "%s (%u %u %u) (%u %u %u) %u %p%s%s", f, gx, gy, gz, bx, by, bz, shared, s, values, extra ? " extra" : "");
}
R cuStreamBeginCapture_v2(void *s, int mode) { return note("cuStreamBeginCapture", "%p %d", s, mode); }
R cuStreamEndCapture(void *s, void **g) { *g = next(); return note("cuStreamEndCapture", "%p", s); }
R cuGraphGetNodes(void *g, void *nodes, size_t *n) { *n = 3; return note("cuGraphGetNodes", "%p %s", g, nodes ? "nodes" : "count"); }
R cuGraphInstantiateWithFlags(void **e, void *g, P f) { *e = next(); return note("cuGraphInstantiate", "%p %llu", g, f); }
R cuGraphLaunch(void *e, void *s) { return note("cuGraphLaunch", "%p %p", e, s); }
R cuGraphExecDestroy(void *e) { return note("cuGraphExecDestroy", "%p", e); }
R cuGraphDestroy(void *g) { return note("cuGraphDestroy", "%p", g); }
