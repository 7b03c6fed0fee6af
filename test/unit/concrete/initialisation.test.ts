import { it } from 'vitest';
import { returns } from '../../support/simulate';

/** [what it shows, source of a function f, what f returns in C++17 (compared with clang)]: how objects come to be. */
const cases: readonly (readonly [string, string, string])[] = [
  [
    'a base copied by the copy constructor that it does not declare',
    `struct A { int x; A(int a = 3) : x(a) {} virtual ~A() {} }; struct B : A { int y; B(int a = 1) : A(a + 1), y(a) {} B(const B &o) : A(o) { y = o.y; } };
int f() { B b(5); B c = b; return c.x * 10 + c.y; }`,
    '65',
  ],
  [
    'a base object sliced out of a derived one',
    `struct A { int x; A(int a = 3) : x(a) {} virtual ~A() {} }; struct B : A { int y; B(int a = 1) : A(a + 1), y(a) {} };
int f() { B b(5); A &r = b; A s = b; s = r; return s.x; }`,
    '6',
  ],
  [
    'enumerations of a function',
    `int f() { enum class F { X = 4, Y }; enum E : unsigned char { P = 3, Q }; return (int)F::Y * 10 + Q; }`,
    '54',
  ],
  [
    'new with braces',
    `struct N { int v; N *next; };
int f() { N *a = new N{ 3, nullptr }; N *b = new N{ 4, a }; int r = b->v * 10 + b->next->v; delete a; delete b; return r; }`,
    '43',
  ],
  [
    'a struct without a name inside of a union of a function',
    `int f() { union { unsigned long q; unsigned short w[4]; struct { unsigned char lo, hi; } b; } u; u.q = 0x1234; return u.b.hi * 100 + u.b.lo; }`,
    '1852',
  ],
  [
    'a lambda takes a temporary by reference',
    `struct A { int x; A(int a = 3) : x(a) {} virtual int go(int k) { return x += k; } virtual ~A() {} }; struct B : A { B(int a = 1) : A(a) {} int go(int k) { return x * k; } };
int f() { auto l = [](const A &o) { A c(o); return c.go(5); }; return l(B(7)); }`,
    '12',
  ],
  [
    "a lambda's reference is copied",
    `struct A { int x; A(int a = 3) : x(a) {} A(const A &o) { x = o.x + 1; } virtual ~A() {} };
int f() { auto l = [](const A &o) { A c(o); return c.x; }; return l(A(7)); }`,
    '8',
  ],
  [
    'an array of objects on the heap',
    `struct A { int x; int go(int k) { return x += k; } }; struct B : A { int y; };
int f() { B b; b.x = 1; b.y = 2; A *p = new B(b); int r = p->go(3); delete p; B *q = new B[2]; q[1].y = 5; r = r * 10 + q[1].y; delete[] q; return r; }`,
    '45',
  ],
  [
    'an implicit copy constructor two classes up',
    `struct A { int x; A(int a = 3) : x(a) {} virtual ~A() {} }; struct B : A { int y = 9; B(int a = 1) { y += a; } }; struct C : B { C(int a = 4) : B(a) {} C(const C &o) : B(o) {} };
int f() { C a(2); C b = a; return b.x * 100 + b.y; }`,
    '311',
  ],
  [
    'the elements that braces leave out are constructed',
    `struct A { int x; A(int a = 3) : x(a) {} virtual ~A() {} };
int f() { A v[3] = { 1, 2 }; v[1] = v[0]; int s = 0; for (auto &e : v) s = s * 10 + e.x; return s; }`,
    '113',
  ],
  [
    'first values of fields that braces leave out',
    `struct S { int x; int y = 9; }; int f() { S s = { 1 }; S t[2] = { { 2 } }; S u = {}; return s.x * 10000 + s.y * 1000 + t[0].y * 100 + t[1].y * 10 + u.y; }`,
    '19999',
  ],
  [
    'fields with constructors that braces leave out',
    `struct A { int x; A(int a = 3) : x(a) {} }; struct P { int k; A a, b; }; int f() { P p = { 1, 2 }; P q{}; return p.a.x * 100 + p.b.x * 10 + q.b.x; }`,
    '233',
  ],
  [
    'empty braces call the constructor',
    `struct A { int x; A() : x(7) {} }; int f() { A a{}; A *p = new A{}; A *q = new A(); A b[2] = {}; A c = {}; int r = a.x * 10000 + p->x * 1000 + q->x * 100 + b[1].x * 10 + c.x; delete p; delete q; return r; }`,
    '77777',
  ],
  [
    'new of arrays and scalars with braces',
    `struct N { int v; int w; }; int f() { N *a = new N{ 3 }; N *b = new N(); N *c = new N[2]{ { 1, 2 }, { 3 } }; int *d = new int[3]{ 1, 2 }; int *e = new int{ 5 }; int r = a->v * 100000 + a->w * 10000 + b->v * 1000 + c[1].v * 100 + d[1] * 10 + *e; return r; }`,
    '300325',
  ],
  [
    'a pointer to a function that takes references and objects',
    `struct A { int x; A(int a) : x(a) {} }; static int g(const A &a) { return a.x; } static int h(A a) { return a.x + 1; }
int f() { int (*p)(const A &) = g; int (*q)(A) = h; return p(5) * 100 + q(6) * 10 + p(A(3)); }`,
    '573',
  ],
  [
    'a pointer to a method that takes a reference',
    `struct A { int x; int m(const A &o) { return x * 10 + o.x; } }; int f() { A a = { 1 }; int (A::*p)(const A &) = &A::m; return (a.*p)(A{ 2 }); }`,
    '12',
  ],
  [
    'a lambda with a reference and a wider integer',
    `int f() { auto l = [](int &a, long b) { a += 1; return b; }; int i = 5; unsigned char c = 200; long r = l(i, c + 100); return (int)(r * 10 + i); }`,
    '3006',
  ],
  [
    'enumerations without names, and of classes of a function',
    `int f() { enum { A = 3, B }; enum T { C = 10, D }; struct S { enum { E = 20, F }; int v[F]; }; return A + B * 10 + T::D * 100 + S::F * 10000 + (int)sizeof(S); }`,
    '211227',
  ],
  [
    'members without names, in classes of a function',
    `struct S { union { struct { unsigned char lo, hi; }; unsigned short w; }; struct { int a; } n; }; int f() { S s; s.w = 0x1234; s.n.a = 3; struct L { union { int i; char c[4]; } u; struct { short a, b; } p[2]; }; L l; l.u.i = 0x41424344; l.p[1].b = 7; return s.hi * 1000 + s.n.a * 100 + l.u.c[3] - l.p[1].b; }`,
    '18358',
  ],
  [
    'copies and moves through bases and members',
    `struct A { int x; A(int a = 1) : x(a) {} A(const A &o) : x(o.x + 10) {} A(A &&o) : x(o.x + 100) {} }; struct B : A { int y; B() : A(5), y(2) {} }; struct C : B { A m; C() : m(4) {} };
int f() { C c; C d(c); C e = static_cast<C &&>(d); return e.x * 10000 + e.m.x * 10 + e.y; }`,
    '1151142',
  ],
  [
    'braces assigned to classes with constructors',
    `struct A { int x, y; A(int a, int b) : x(a), y(b + 1) {} A &operator=(const A &o) { x = o.x + 100; y = o.y; return *this; } }; struct B { int x, y; B(int a, int b = 4) : x(a), y(b) {} };
int f() { A a(0, 0); a = { 1, 2 }; B b = { 3 }; b = { 5 }; B c{ 7, 8 }; return a.x * 1000 + a.y * 100 + b.x * 10 + b.y + c.x * c.y; }`,
    '101410',
  ],
  [
    'defaulted constructors',
    `struct A { int x; A() = default; A(int a) : x(a) {} }; struct D { int k = 5; D() = default; }; struct E { A a; D d; };
int f() { A a{}; D d{}; D e; E g{}; E h = { 3 }; return a.x * 10000 + d.k * 1000 + e.k * 100 + g.d.k * 10 + h.a.x + h.d.k; }`,
    '5558',
  ],
  [
    'designated braces after new',
    `struct S { int x; S *next; int y = 3; }; int f() { S *a = new S{ 1, nullptr }; S *b = new S{ .x = 2, .next = a }; int r = b->x * 100 + b->next->x * 10 + b->y; delete a; delete b; return r; }`,
    '213',
  ],
];

it.each(cases)('%s', (_what, source, expected) => {
  returns(source, expected);
});
