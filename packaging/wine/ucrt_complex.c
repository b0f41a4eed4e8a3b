/* What Wine 8.0 leaves out of the C run-time library of Windows, for use under Wine alone: complex numbers, which
 * Windows passes as structures by value, and feholdexcept. Exported without the prefix x_. */
#include <complex.h>
#include <math.h>
#include <xmmintrin.h>

typedef struct { double r, i; } D;
typedef struct { float r, i; } F;
typedef struct { unsigned long control, status; } Environment;

static double _Complex zd(D a) { double _Complex z; __real__ z = a.r; __imag__ z = a.i; return z; }
static double _Complex zf(F a) { double _Complex z; __real__ z = a.r; __imag__ z = a.i; return z; }
static D d(double _Complex z) { D out = {creal(z), cimag(z)}; return out; }
static F f(double _Complex z) { F out = {(float)creal(z), (float)cimag(z)}; return out; }

/* On Windows a long double is a double. */
#define COMPLEX(name, expression_d, expression_f) \
    D x_##name(D a) { return d(expression_d); } \
    F x_##name##f(F a) { return f(expression_f); } \
    D x_##name##l(D a) { return d(expression_d); }
#define REAL(name, expression) \
    double x_##name(D a) { return expression; } \
    float x_##name##f(F a) { return (float)(expression); } \
    double x_##name##l(D a) { return expression; }
#define SAME(name) COMPLEX(name, name(zd(a)), name(zf(a)))

SAME(cacos) SAME(cacosh) SAME(casin) SAME(casinh) SAME(catan) SAME(catanh) SAME(ccos) SAME(ccosh) SAME(cexp)
SAME(clog) SAME(cproj) SAME(csin) SAME(csinh) SAME(csqrt) SAME(ctan) SAME(ctanh)
COMPLEX(clog10, clog(zd(a)) / 2.302585092994045684, clog(zf(a)) / 2.302585092994045684)
REAL(cabs, hypot(a.r, a.i)) REAL(carg, atan2(a.i, a.r)) REAL(creal, a.r) REAL(cimag, a.i)
REAL(norm, a.r * a.r + a.i * a.i)

D x_cpow(D a, D b) { return d(cpow(zd(a), zd(b))); }
F x_cpowf(F a, F b) { return f(cpow(zf(a), zf(b))); }
D x_cpowl(D a, D b) { return d(cpow(zd(a), zd(b))); }

__declspec(dllimport) int fegetenv(Environment *);

int x_feholdexcept(Environment *environment) {
    int result = fegetenv(environment);
    _mm_setcsr((_mm_getcsr() & ~0x3fu) | 0x1f80u);
    return result;
}
