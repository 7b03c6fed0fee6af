import { expect, it } from 'vitest';
import { returns, simulate } from '../../support/simulate';

/** [what it shows, source of a function f, what f returns in C++]: constructors, copies, moves and destructors, each counted, in their order. */
const cases: readonly (readonly [string, string, string])[] = [
  [
    'a temporary that is a receiver ends with its statement',
    `int n; struct A { int v; A(int x) : v(x) { n = n * 10 + 1; } ~A() { n = n * 10 + 2; } int get() { return v; } };
int f() { n = 0; int r = A(7).get(); n = n * 10 + 3; return n * 10 + r; }`,
    '1237',
  ],
  [
    'a temporary that nothing takes',
    `int n; struct A { A() { n = n * 10 + 1; } ~A() { n = n * 10 + 2; } };
int f() { n = 0; A(); n = n * 10 + 3; return n; }`,
    '123',
  ],
  [
    'a result that nothing takes',
    `int n; struct A { A() { n = n * 10 + 1; } ~A() { n = n * 10 + 2; } }; A make() { return A(); }
int f() { n = 0; make(); n = n * 10 + 3; return n; }`,
    '123',
  ],
  [
    'a temporary bound to a const reference lives as long as that',
    `int n; struct A { int v; A(int x) : v(x) { n = n * 10 + 1; } ~A() { n = n * 10 + 2; } };
int f() { n = 0; int r; { const A &a = A(4); n = n * 10 + 3; r = a.v; } n = n * 10 + 4; return n * 10 + r; }`,
    '13244',
  ],
  [
    'a result bound to a const reference lives as long as that',
    `int n; struct A { int v; A(int x) : v(x) { n = n * 10 + 1; } ~A() { n = n * 10 + 2; } }; A make(int x) { return A(x); }
int f() { n = 0; int r; { const A &a = make(4); n = n * 10 + 3; r = a.v; } n = n * 10 + 4; return n * 10 + r; }`,
    '13244',
  ],
  [
    'temporaries end in reverse order at the end of the full expression',
    `int n; struct A { int v; A(int x) : v(x) { } ~A() { n = n * 10 + v; } int plus(const A &o) { return v + o.v; } };
int f() { n = 0; int r = A(1).plus(A(2)); n = n * 10 + 9; return n * 10 + r; }`,
    '2193',
  ],
  [
    'an argument by value that is a temporary is made once and ends once',
    `int n; struct A { int v; A(int x) : v(x) { n += 1; } A(const A &o) : v(o.v) { n += 100; } ~A() { n += 10; } }; int take(A a) { return a.v; }
int f() { n = 0; int r = take(A(5)); return n * 10 + r; }`,
    '115',
  ],
  [
    'an argument by value that is a variable is copied',
    `int n; struct A { int v; A(int x) : v(x) { n += 1; } A(const A &o) : v(o.v) { n += 100; } ~A() { n += 10; } }; int take(A a) { return a.v; }
int f() { n = 0; int r; { A a(5); r = take(a); } return n * 10 + r; }`,
    '1215',
  ],
  [
    'a local that is returned is the result itself',
    `int n; struct A { int v; A(int x) : v(x) { n += 1; } A(const A &o) : v(o.v) { n += 100; } ~A() { n += 10; } }; A make() { A a(3); a.v++; return a; }
int f() { n = 0; int r; { A b = make(); r = b.v; } return n * 10 + r; }`,
    '114',
  ],
  [
    'a parameter that is returned is copied',
    `int n; struct A { int v; A(int x) : v(x) { n += 1; } A(const A &o) : v(o.v) { n += 100; } ~A() { n += 10; } }; A same(A a) { return a; }
int f() { n = 0; int r; { A b = same(A(3)); r = b.v; } return n * 10 + r; }`,
    '1213',
  ],
  [
    'a field that is returned is copied',
    `int n; struct A { int v; A(int x) : v(x) { n += 1; } A(const A &o) : v(o.v) { n += 100; } ~A() { n += 10; } }; struct B { A a; B() : a(6) {} A get() { return a; } };
int f() { n = 0; int r; { B b; r = b.get().v; } return n * 10 + r; }`,
    '1216',
  ],
  [
    '*this that is returned is copied',
    `int n; struct A { int v; A(int x) : v(x) { n += 1; } A(const A &o) : v(o.v) { n += 100; } ~A() { n += 10; } A same() { return *this; } };
int f() { n = 0; int r; { A a(6); r = a.same().v; } return n * 10 + r; }`,
    '1216',
  ],
  [
    "a conditional expression's operands are copied",
    `int n; struct A { int v; A(int x) : v(x) { n += 1; } A(const A &o) : v(o.v) { n += 100; } ~A() { n += 10; } };
int f() { n = 0; int r; { A a(1), b(2); A c = n > 0 ? a : b; r = c.v; } return n * 10 + r; }`,
    '1321',
  ],
  [
    'only the arm that is taken makes its temporary',
    `int n; struct A { int v; A(int x) : v(x) { n += 1; } ~A() { n += 10; } int get() const { return v; } };
int f() { n = 0; int r = 0; for (int i = 0; i < 3; i++) r += i ? A(5).get() : 1; return n * 100 + r; }`,
    '2211',
  ],
  [
    '&& makes its second temporary only where the first is true',
    `int n; struct A { int v; A(int x) : v(x) { n += 1; } ~A() { n += 10; } bool is() const { return v != 0; } };
int f() { n = 0; int r = 0; if (A(0).is() && A(1).is()) r = 1; if (A(1).is() && A(2).is()) r += 2; return n * 10 + r; }`,
    '332',
  ],
  [
    "a condition's temporaries end before the body",
    `int n; struct A { int v; A(int x) : v(x) { n = n * 10 + 1; } ~A() { n = n * 10 + 2; } bool is() const { return v != 0; } };
int f() { n = 0; if (A(1).is()) n = n * 10 + 3; return n; }`,
    '123',
  ],
  [
    "a loop's temporaries end each round",
    `int n; struct A { int v; A(int x) : v(x) { n += 1; } ~A() { n += 10; } bool is() const { return v < 3; } };
int f() { n = 0; int i = 0; while (A(i).is()) i++; for (int j = 0; A(j).is(); j++) i++; do i++; while (A(i).is()); return n * 10 + i; }`,
    '997',
  ],
  [
    "a temporary in the middle of a call's arguments",
    `int n; struct A { int v; A(int x) : v(x) { n += 1; } A(const A &o) : v(o.v) { n += 100; } ~A() { n += 10; } }; int sum(const A &a, int x, const A &b) { return a.v + x + b.v; }
int f() { n = 0; A a(1); int r = sum(a, 2, A(3)); return n * 10 + r; }`,
    '126',
  ],
  [
    'a conversion makes a temporary',
    `int n; struct A { int v; A(int x) : v(x) { n += 1; } ~A() { n += 10; } }; int get(const A &a) { return a.v; }
int f() { n = 0; int r = get(4); return n * 10 + r; }`,
    '114',
  ],
  [
    'a conversion of an argument by value',
    `int n; struct A { int v; A(int x) : v(x) { n += 1; } A(const A &o) : v(o.v) { n += 100; } ~A() { n += 10; } }; int get(A a) { return a.v; }
int f() { n = 0; int r = get(4); return n * 10 + r; }`,
    '114',
  ],
  [
    'assignment from a temporary',
    `int n; struct A { int v; A(int x) : v(x) { n += 1; } A &operator=(const A &o) { v = o.v; n += 1000; return *this; } ~A() { n += 10; } };
int f() { n = 0; int r; { A a(1); a = A(5); r = a.v; } return n * 10 + r; }`,
    '10225',
  ],
  [
    'assignment from a temporary without an operator',
    `int n; struct A { int v; A(int x) : v(x) { n += 1; } ~A() { n += 10; } };
int f() { n = 0; int r; { A a(1); a = A(5); r = a.v; } return n * 10 + r; }`,
    '225',
  ],
  [
    'copies of members: an own copy constructor inside of a struct without one',
    `int n; struct A { int v; A() : v(1) { n += 1; } A(const A &o) : v(o.v) { n += 100; } ~A() { n += 10; } }; struct B { int k; A a; };
int f() { n = 0; int r; { B b; b.k = 2; b.a.v = 3; B c = b; r = c.k * 10 + c.a.v; } return n * 100 + r; }`,
    '12123',
  ],
  [
    'copies of members: by value and returned',
    `int n; struct A { int v; A() : v(1) { n += 1; } A(const A &o) : v(o.v) { n += 100; } ~A() { n += 10; } }; struct B { int k; A a; }; int take(B b) { return b.a.v; } B same(B &b) { return b; }
int f() { n = 0; int r; { B b; b.a.v = 3; r = take(b); r = r * 10 + same(b).a.v; } return n * 100 + r; }`,
    '23133',
  ],
  [
    'assignment of members: an own operator inside of a struct without one',
    `int n; struct A { int v; A() : v(1) {} A &operator=(const A &o) { v = o.v; n += 1000; return *this; } }; struct B { int k; A a; };
int f() { n = 0; B b; b.k = 2; b.a.v = 3; B c; c = b; return n * 100 + c.k * 10 + c.a.v; }`,
    '100023',
  ],
  [
    'arrays of objects in a struct are copied one by one',
    `int n; struct A { int v; A() : v(1) { n += 1; } A(const A &o) : v(o.v) { n += 100; } ~A() { n += 10; } }; struct B { A a[2]; };
int f() { n = 0; int r; { B b; b.a[1].v = 3; B c = b; r = c.a[0].v * 10 + c.a[1].v; } return n * 100 + r; }`,
    '24213',
  ],
  [
    'an array of objects with initialisers',
    `int n; struct A { int v; A(int x) : v(x) { n += 1; } A(const A &o) : v(o.v) { n += 100; } ~A() { n += 10; } };
int f() { n = 0; int r; { A a[2] = { A(3), A(4) }; r = a[0].v * 10 + a[1].v; } return n * 100 + r; }`,
    '2234',
  ],
  [
    'an array of objects with initialisers that are converted',
    `int n; struct A { int v; A(int x) : v(x) { n += 1; } ~A() { n += 10; } };
int f() { n = 0; int r; { A a[2] = { 3, 4 }; r = a[0].v * 10 + a[1].v; } return n * 100 + r; }`,
    '2234',
  ],
  [
    "an array's elements end in reverse",
    `int n; struct A { int v; ~A() { n = n * 10 + v; } };
int f() { n = 0; { A a[3]; a[0].v = 1; a[1].v = 2; a[2].v = 3; } return n; }`,
    '321',
  ],
  [
    'members end in reverse, then the base',
    `int n; struct V { int v; V(int x) : v(x) {} ~V() { n = n * 10 + v; } }; struct B { V v; B() : v(1) {} }; struct D : B { V w, x; D() : w(2), x(3) {} };
int f() { n = 0; { D d; } return n; }`,
    '321',
  ],
  [
    'a lambda copies what it captures, and ends it',
    `int n; struct A { int v; A(int x) : v(x) { n += 1; } A(const A &o) : v(o.v) { n += 100; } ~A() { n += 10; } };
int f() { n = 0; int r; { A a(3); auto g = [a] { return a.v; }; r = g() + g(); } return n * 10 + r; }`,
    '1216',
  ],
  [
    'a lambda captures an object by reference',
    `int n; struct A { int v; A(int x) : v(x) { n += 1; } A(const A &o) : v(o.v) { n += 100; } ~A() { n += 10; } };
int f() { n = 0; int r; { A a(3); auto g = [&a] { return a.v++; }; r = g(); r = r * 10 + g(); r = r * 10 + a.v; } return n * 1000 + r; }`,
    '11345',
  ],
  [
    'a lambda that is called at once',
    `int n; struct A { int v; A(int x) : v(x) { n += 1; } A(const A &o) : v(o.v) { n += 100; } ~A() { n += 10; } };
int f() { n = 0; int r; { A a(3); r = [=] { return a.v * 2; }(); } return n * 10 + r; }`,
    '1216',
  ],
  [
    'a mutable lambda keeps its copy',
    'int f() { int a = 1; auto g = [a]() mutable { return ++a; }; g(); g(); return g() * 10 + a; }',
    '41',
  ],
  [
    'captures with initialisers',
    `int n; struct A { int v; A(int x) : v(x) { n += 1; } A(const A &o) : v(o.v) { n += 100; } ~A() { n += 10; } };
int f() { n = 0; int r; { A a(3); auto g = [b = a, &c = a] { return b.v * 10 + c.v; }; a.v = 5; r = g(); } return n * 100 + r; }`,
    '12135',
  ],
  [
    'a lambda with this',
    `struct A { int v; int twice() { auto g = [this] { return v * 2; }; v++; return g(); } };
int f() { A a; a.v = 3; return a.twice(); }`,
    '8',
  ],
  [
    'a static in a function that a lambda uses',
    `int next() { static int n = 5; auto g = [] { return ++n; }; g(); return g(); }
int f() { next(); return next(); }`,
    '9',
  ],
  [
    'a nested lambda',
    'int f() { int a = 1; auto g = [&a](int x) { auto h = [&a, x] { a += x; return a; }; return h() + h(); }; int r = g(2); return r * 10 + a; }',
    '85',
  ],
  [
    'operator chains make temporaries',
    `int n; struct A { int v; A(int x) : v(x) { n += 1; } A(const A &o) : v(o.v) { n += 100; } ~A() { n += 10; } A operator+(const A &o) const { return A(v + o.v); } };
int f() { n = 0; int r; { A a(1), b(2); r = (a + b + A(3)).v; } return n * 10 + r; }`,
    '556',
  ],
  [
    'placement and delete',
    `int n; struct A { int v; A(int x) : v(x) { n += 1; } ~A() { n += 10; } };
int f() { n = 0; A *a = new A(4); int r = a->v; delete a; return n * 10 + r; }`,
    '114',
  ],
  [
    'move constructors take what ends',
    `int n; struct A { int v; A(int x) : v(x) { n += 1; } A(const A &o) : v(o.v) { n += 100; } A(A &&o) : v(o.v) { o.v = 0; n += 1000; } ~A() { n += 10; } };
int f() { n = 0; int r; { A a(3); A b = std::move(a); A c(static_cast<A &&>(b)); A d = c; r = a.v * 1000 + b.v * 100 + c.v * 10 + d.v; } return n * 10000 + r; }`,
    '21410033',
  ],
  [
    'a move constructor where a parameter is returned',
    `int n; struct A { int v; A(int x) : v(x) { n += 1; } A(const A &o) : v(o.v) { n += 100; } A(A &&o) : v(o.v) { o.v = 0; n += 1000; } ~A() { n += 10; } }; A same(A a) { return a; }
int f() { n = 0; int r; { A b = same(A(3)); r = b.v; } return n * 10 + r; }`,
    '10213',
  ],
  [
    'move assignment',
    `int n; struct A { int v; A(int x) : v(x) { } A &operator=(const A &o) { v = o.v; n += 100; return *this; } A &operator=(A &&o) { v = o.v; o.v = 0; n += 1000; return *this; } };
int f() { n = 0; A a(1), b(2), c(3); a = b; b = std::move(c); c = A(9); return n * 1000 + a.v * 100 + b.v * 10 + c.v; }`,
    '2100239',
  ],
  [
    'overloads by const & and &&',
    `struct A { int v; }; int g(const A &a) { return 1; } int g(A &&a) { return 2; }
int f() { A a = { 1 }; return g(a) * 100 + g(A{2}) * 10 + g(std::move(a)); }`,
    '122',
  ],
  [
    'goto out of a scope ends its objects',
    `int n; struct A { int v; A(int x) : v(x) { n += 1; } ~A() { n += 10; } };
int f() { n = 0; int i = 0; again: { A a(i); if (i++ < 2) goto again; } { A b(1); goto out; } out: return n * 10 + i; }`,
    '443',
  ],
  [
    'break and continue end objects',
    `int n; struct A { int v; A(int x) : v(x) { n += 1; } ~A() { n += 10; } };
int f() { n = 0; for (int i = 0; i < 5; i++) { A a(i); if (i == 1) continue; if (i == 3) break; A b(i); } return n; }`,
    '66',
  ],
  [
    'return ends objects after the value is computed',
    `int n; struct A { int &r; A(int &x) : r(x) {} ~A() { r = 9; } }; int g() { int v = 4; A a(v); return v; }
int f() { return g(); }`,
    '4',
  ],
  [
    'switch with objects in its cases',
    `int n; struct A { A() { n += 1; } ~A() { n += 10; } };
int f() { n = 0; for (int i = 0; i < 3; i++) switch (i) { case 0: { A a; break; } case 1: { A b; A c; } default: { A d; } } return n; }`,
    '55',
  ],
  [
    'a declaration in a condition',
    `int n; struct A { int v; A(int x) : v(x) { n += 1; } ~A() { n += 10; } operator bool() const { return v > 0; } };
int f() { n = 0; int i = 3; while (A a = A(i)) i--; if (A b = A(1)) n += 1000; return n * 10 + i; }`,
    '10550',
  ],
  [
    'a static object is made once (counted)',
    `struct A { int v; A(int x) : v(x) { } };
int next() { static A a(5); return ++a.v; }
int f() { next(); return next(); }`,
    '7',
  ],
  [
    'virtual destructors',
    `int n; struct A { virtual ~A() { n = n * 10 + 1; } }; struct B : A { ~B() { n = n * 10 + 2; } };
int f() { n = 0; A *a = new B; delete a; return n; }`,
    '21',
  ],
  [
    'copy constructor of a class with a base',
    `int n; struct B { int v; B(int x) : v(x) {} B(const B &o) : v(o.v) { n += 100; } }; struct D : B { int w; D() : B(3), w(4) {} };
int f() { n = 0; D d; D e = d; return n * 100 + e.v * 10 + e.w; }`,
    '10034',
  ],
  [
    'slicing',
    `struct A { int v; virtual int get() { return v; } A(int x) : v(x) {} }; struct B : A { B() : A(2) {} int get() override { return 9; } };
int f() { B b; A a = b; A *p = &b; return a.get() * 10 + p->get(); }`,
    '29',
  ],
  [
    'assignment of a base part',
    `struct A { int v; A &operator=(const A &o) { v = o.v + 1; return *this; } }; struct B : A { int w; };
int f() { B b; b.v = 1; b.w = 2; B c; c = b; return c.v * 10 + c.w; }`,
    '22',
  ],
  [
    'an object in a ternary as an argument',
    `int n; struct A { int v; A(int x) : v(x) { n += 1; } A(const A &o) : v(o.v) { n += 100; } ~A() { n += 10; } }; int take(A a) { return a.v; }
int f() { n = 0; int r; { A a(1); r = take(n ? a : A(2)); } return n * 10 + r; }`,
    '1211',
  ],
  [
    "a temporary's member",
    `struct P { int x, y; P(int a, int b) : x(a), y(b) {} }; P make() { return P(3, 4); }
int f() { return make().x * 10 + P(5, 6).y; }`,
    '36',
  ],
  [
    'swap by a copy',
    `int n; struct A { int v; A(int x) : v(x) { n += 1; } A(const A &o) : v(o.v) { n += 100; } A &operator=(const A &o) { v = o.v; n += 1000; return *this; } ~A() { n += 10; } }; void swap(A &a, A &b) { A t = a; a = b; b = t; }
int f() { n = 0; int r; { A a(1), b(2); swap(a, b); r = a.v * 10 + b.v; } return n * 100 + r; }`,
    '213221',
  ],
  [
    "a counted pointer of one's own",
    `struct Obj { int refs; int v; }; 
struct Ptr { Obj *p; Ptr(Obj *o) : p(o) { if (p) p->refs++; } Ptr(const Ptr &o) : p(o.p) { if (p) p->refs++; } ~Ptr() { if (p) p->refs--; } Ptr &operator=(const Ptr &o) { if (o.p) o.p->refs++; if (p) p->refs--; p = o.p; return *this; } Obj *operator->() { return p; } Obj &operator*() { return *p; } explicit operator bool() const { return p != nullptr; } };
Ptr pass(Ptr x) { return x; }
int f() { Obj o = { 0, 5 }, q = { 0, 6 }; int most; { Ptr a(&o); Ptr b = a; Ptr c(nullptr); c = pass(b); Ptr d[2] = { a, Ptr(&q) }; if (c) most = o.refs * 100 + q.refs * 10 + d[1]->v; d[0] = d[1]; most = most * 100 + o.refs * 10 + q.refs; } return most * 100 + o.refs * 10 + q.refs; }`,
    '4163200',
  ],
  [
    'operator() and comparison operators',
    `struct Less { int k; bool operator()(int a, int b) const { return a * k < b * k; } }; struct V { int v; bool operator==(const V &o) const { return v == o.v; } bool operator!=(const V &o) const { return !(*this == o); } };
int f() { Less l = { -1 }; V a = { 1 }, b = { 1 }; return l(3, 2) * 100 + (a == b) * 10 + (a != b); }`,
    '110',
  ],
  [
    "an operator's temporary in a loop's step",
    `int n; struct It { int *p; It(int *x) : p(x) { n++; } It(const It &o) : p(o.p) { n++; } ~It() { n--; } int &operator*() { return *p; } It &operator++() { ++p; return *this; } It operator++(int) { It t = *this; ++p; return t; } bool operator!=(const It &o) const { return p != o.p; } };
int f() { n = 0; int a[3] = { 1, 2, 3 }; int s = 0; for (It i(a), e(a + 3); i != e; i++) s += *i; return n * 100 + s; }`,
    '6',
  ],
];

it.each(cases)('%s', (_what, source, expected) => {
  returns(source, expected);
});

const counted =
  'class X : public OSObject { public: int v; }; struct S { OSSharedPtr<X> p; int k; }; int take(S s) { return s.p->v; }';

/** [what it shows, body of a function f, what f returns]: smart pointers as parts of other things. */
const smart: readonly (readonly [string, string, string])[] = [
  [
    'a struct with a smart pointer is passed by value',
    's.p = OSMakeShared<X>(); s.p->v = 4; int r = take(s); return r * 10 + s.p->getRetainCount();',
    '41',
  ],
  [
    'a copy of a struct with one',
    's.p = OSMakeShared<X>(); { S t = s; t.k = s.p->getRetainCount(); s.k = t.k; } return s.k * 10 + s.p->getRetainCount();',
    '21',
  ],
  [
    'an assignment of a struct with one',
    's.p = OSMakeShared<X>(); S t; t = s; t = t; return s.p->getRetainCount();',
    '2',
  ],
  [
    'a lambda that captures one',
    's.p = OSMakeShared<X>(); { OSSharedPtr<X> q = s.p; auto g = [q] { return q->getRetainCount(); }; s.k = g() * 10 + g(); } return s.k;',
    '33',
  ],
  [
    'std::move of one',
    'OSSharedPtr<X> q = OSMakeShared<X>(); OSSharedPtr<X> r = std::move(q); return (q ? 100 : 200) + r->getRetainCount();',
    '201',
  ],
  [
    'an array of them',
    'OSSharedPtr<X> a[2]; a[0] = OSMakeShared<X>(); a[1] = a[0]; return a[0]->getRetainCount();',
    '2',
  ],
];

it.each(smart)('%s', (_what, body, expected) => {
  returns(`${counted} int f() { S s; ${body} }`, expected);
});

it('the methods of a class that a function declares in its body are not modelled', () => {
  const { outcome } = simulate('int f() { struct A { int v; A(int x) : v(x) {} }; A a(1); return a.v; }', 'f');
  expect(outcome).toMatchObject({ kind: 'not-modelled', what: "A() of f()::A, a class of a function's own" });
});
