package syntax_test

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-jsonnet"
	"github.com/google/go-jsonnet/ast"

	"github.com/monctl/monctl/pkg/jsonnet/syntax"
)

// features are small programs by language feature, "well" those that are
// accepted, "ill" those that are not.
var features = []struct {
	name      string
	well, ill []string
}{
	{
		name: "literals",
		well: []string{"null", "true", "false", " 1 ", "\n\t'a'\r\n"},
		ill:  []string{"", " ", "# nothing", "nul l", "1 2", "'a' 'b'", "é", "\x00", "\ufeff1", "`a`", "?"},
	},
	{
		name: "numbers",
		well: []string{"0", "12", "0.5", "1.25e10", "1e+5", "1E-5", "0e0", "1_000", "1_0.2_5e1_0", "-0", "1e999", "100000000000000000000"},
		ill:  []string{"01", "1.", ".5", "1e", "1e+", "1_", "1__0", "0_1", "1._5", "1.5_", "1e_5", "1e5_", "0x10", "1a", "1..2", "1.e5"},
	},
	{
		name: "strings",
		well: []string{
			`""`, `''`, `"a'b"`, `'a"b'`, `"\"\\\/\b\f\n\r\t"`, `'\''`, `"\u0041\u00e9\u4E2D"`, `"\uD83D\uDE00"`, `"\uD83D\u0041"`,
			`"\uDE00\uD83D"`, "'two\nlines'", `"é中😀"`, "\"\xff\xfe\"", "'a\\n\xff'", `"\u0000"`,
		},
		ill: []string{
			`"`, `'`, `"\`, `"\"`, `"\a"`, `"\u12"`, `"\u12G4"`, `"\uD83D"`, `"\uD83D\n00000"`, `"\uD83D\u12"`, "'\\\n'", `"\é"`, "'\\\xff'", `"\u`, `"\u00`,
		},
	},
	{
		name: "verbatim strings",
		well: []string{`@"a\n""b"`, `@'a''b'`, `@''`, `@""`, `@''''`, "@'two\nlines' + 1", "@'\xff'", `@'"'`, `[@'a', @"b"]`},
		ill:  []string{`@`, `@a`, `@"`, `@'''`, `@ 'a'`, "@"},
	},
	{
		name: "text blocks",
		well: []string{
			"|||\n  a\n  b\n|||", "|||\n  a\n|||", "|||-\n  a\n|||", "|||-\n  a\n\n\n|||", "||| \t\r\n\ta\n\t b\n|||", "|||\n\n\n  a\n\n  b\n\n |||",
			"|||\n  é\xff\n|||", "|||\n  |||\n|||", "|||\n  a\r\n  b\r\n|||", "{\n  a: |||\n    x\n  |||,\n}", "|||\n  a\n||| + 1",
			"|||\n  \n|||", "|||\n   \n  |||",
		},
		ill: []string{
			"|||", "||| a\n|||", "|||\na\n|||", "|||\n  a", "|||\n  a\n", "|||\n  a\n ||", "|||\n  a\nb\n|||", "|||\n  ", "|||\n|||", "|||--\n  a\n|||",
			"|||\n  a\n   b\n\tc\n|||",
		},
	},
	{
		name: "comments",
		well: []string{"# a\n1", "1 # a", "// a\n1 // b", "/* a */ 1 /* b\n c */", "/**/1", "1 /*/ */", "1 + /* a */ 2", "1 +// a\n2", "{a:/**/1}", "{a:# b\n1}", "/* \xff */ 1", "# \xff\n1", "1 /* é */ + 2", "[1, // a\n 2]", "/* a\n b */ 1 + \n/* c */ 2"},
		ill:  []string{"/*", "/*/", "1 /* a", "/ /1", "1 /", "//", "1 */"},
	},
	{
		name: "operators",
		well: []string{
			"1 + 2 - 3 * 4 / 5 % 6", "1 << 2 >> 3", "1 < 2 <= 3 > 4 >= 5", "1 == 2 != 3", "1 & 2 ^ 3 | 4", "true && false || true", "-1", "--1", "!true", "~1", "+1",
			"!-~+1", "-1 - -1", "1 * -2", "- 1 + 2", "-std.b", "1+2", "1-1", "1 in {}", "'a' in {} in {}", "1 % 2 % 3", "'%s' % [1]",
			"(1 + 2) * 3", "-(1 + 2)", "((1)) + ((2))", "1 + if true then 2 else 3 + 4", "1 + local x = 2; x * 3", "-function(x) x", "1 + error 'a' + 'b'",
			"!if true then false", "1 == !true", "1 || -1", "1<-1", "1 + 2 in 3", "{} { a: 1 } { b: 2 }", "1 ||  2",
		},
		ill: []string{
			"1 +", "+", "1 + + ", "1 & & 2", "1 === 2", "1 =! 2", "1 = 2", "1 : 2", "1 :: 2", "1 -> 2", "! ", "*1", "1 ** 2", "1 &&& 2", "1 ==-1", "1 &&!true", "1 <-1 +*",
			"1==-1", "true&&!true", "1 |||  2", "in", "1 in", "1 !in 2", "% 1", "=1", "{}.a+{}.b==$", "1+:2",
		},
	},
	{
		name: "variables",
		well: []string{"std", "std.length", "local a = 1; a", "local _a1 = 1, b = _a1; b", "local a = b, b = a; 1", "local a = a; 1", "local std = 1; std", "local x = 1; local x = 2; x", "local x = 1; local y = x, x = 2; y"},
		ill:  []string{"a", "local a = 1; b", "local a = 1", "local a; a", "local = 1; 1", "local a = 1, a = 2; a", "local a = 1,; a", "local 1 = 1; 1", "local if = 1; 1", "local a 1; a", "local a = 1: a", "$std", "local a = (local b = 1; b); b", "self", "super.a", "'a' in super", "$", "function(x) y"},
	},
	{
		name: "functions",
		well: []string{
			"function() 1", "function(x) x", "function(x, y=x, z=y,) [x, y, z]", "function(x=y, y=x) 1", "local f(x) = x; f(1)", "local f(x, y=2,) = x + y, g() = f(1); g()",
			"local f = function(x) function(y) x + y; f(1)(2)", "(function(x) x)(1)", "std.map(function(x) x + 1, [1])", "function(x, x) x", "local f() = f(); f() tailstrict",
			"std.f(1, a=2, b=3,)", "std.f(a=1)", "std.f()", "std.f(1,)", "std.f(local a = 1; a, b=local c = 2; c)", "local a = 1; std.f(a == 1)", "local a = 1; std.f(a)", "local a = 1; std.f(a=a)",
			"local f(x) = { a: x }; f(1).a", "local f(x) = x { a: 1 }; f", "local f = (function() {}); f", "std.f(function(a) a, [1], { b: 2 }).c(3)",
		},
		ill: []string{
			"function", "function x", "function(x", "function(x) ", "function(1) 1", "function(x y) 1", "function(,) 1", "function(x=) 1", "function(x,,) 1", "local f(x = x; 1", "local f(x) x; 1",
			"std.f(", "std.f(1 2)", "std.f(,)", "std.f(a=1, 2)", "std.f(a=)", "std.f(1,,)", "std.f(1 = 2)", "std tailstrict", "function(x) x tailstrict", "function(self) 1", "std.f('a'=1)", "std.f(1 tailstrict)",
		},
	},
	{
		name: "conditionals",
		well: []string{"if true then 1", "if true then 1 else 2", "if true then if false then 1 else 2", "if true then 1 else if false then 2 else 3", "if (true) then (1) else (2)", "[if true then 1 else 2, 3]"},
		ill:  []string{"if", "if true", "if true then", "if true 1", "if true then 1 else", "then 1", "else 1", "if true then 1 else 2 else 3"},
	},
	{
		name: "errors and assertions",
		well: []string{"error 'a'", "error 'a' + 'b'", "error error 'a'", "assert true; 1", "assert true : 'a'; 1", "assert true : 'a'; assert false; 1", "assert (true) : ('a'); (1)", "local a = assert true; 1; a", "[assert true; 1]", "1 + assert true; 2"},
		ill:  []string{"error", "assert true", "assert true 1", "assert; 1", "assert true :: 'a'; 1", "assert true : ; 1", "assert true : 'a' 1", "assert true, 1"},
	},
	{
		name: "imports",
		well: []string{"import 'a'", `import "a"`, "import @'a'", "importstr 'a'", "importbin 'a'", "(import 'a').b", "local a = import 'a'; a", "[import 'a', importstr 'b', importbin 'c']", `import "\u0061"`, "1 + import 'a'"},
		ill:  []string{"import", "import a", "import ('a')", "import 'a' + 'b'", "import 'a'.b", "import |||\n  a\n|||", "import 'a' { b: 1 }", "import import 'a'", "importstr 1", "importbin", "import 'a'['b']", "import '\\a'"},
	},
	{
		name: "arrays",
		well: []string{"[]", "[1]", "[1,]", "[1, 2, 3,]", "[[], [[]]]", "[1][0]", "[1, 'a', null, {}]", "[ ]", "[(1)]"},
		ill:  []string{"[", "]", "[,]", "[1", "[1 2]", "[1,,2]", "[1, 2", "[1;2]", "[for x in []]"},
	},
	{
		name: "array comprehensions",
		well: []string{
			"[x for x in [1]]", "[x, for x in [1]]", "[x for x in [1] if x > 1]", "[x for x in [1] if x > 1 if x < 2 if x == 3]", "[[x, y] for x in [1] for y in [x] if y == x for z in y if z]",
			"[[x for x in y] for y in []]", "local x = 1; [x for x in [x]]", "[function(a) x + a for x in std.range(1, 2)]", "[x for x in [1] for x in [x]]", "[local a = x; a for x in []]", "[{ a: $.b } for x in []]",
			"{ a: [$.b for x in [self.a, $]] }", "[if x then 1 for x in []]", "[x in {} for x in []]", "[(x) for x in ([]) if (x)]",
		},
		ill: []string{"[x for]", "[x for x]", "[x for x in]", "[x for x in [1]", "[x for x in y for y in []]", "[1, 2 for x in []]", "[x for x in [] if]", "[x if x for x in []]", "[x for x in [], ]", "[x for 1 in []]", "[x for x in [x]]", "[$ for x in []]", "[x for x in [] 1]", "[x for x in []}", "[x for x, y in []]"},
	},
	{
		name: "indexes and slices",
		well: []string{
			"std.a.b.c", "std['a']", "std['a']['b'].c", "std[0]", "std[1:2]", "std[1:2:3]", "std[1:]", "std[:1]", "std[:]", "std[::]", "std[::1]", "std[1::2]", "std[1:2:]", "std[:2:3]", "std[1 + 2:3 * 4:5]",
			"std[std[1]:std[2]:std[3]]", "std[':']", `std["::"]`, "std[1 ':' 2]", "std[@':']", "std[|||-\n  :\n|||]", "std[(':')]", "std[: :]", "std[1: :2]", "std.a[1:2].b(3)[4]", "[1][0:1][0]", "std[if true then 1 else 2:3]", "std.f(1, 2).g[3].h({ a: 1 }).i",
			"std[1::{ a: [1] }]", "local f(x) = x; f(local y = 1; y).a", "{ a: 1 }.a", "'a'[0]", "(1).a", "-std.a", "std . a", "std\n.a\n.b",
		},
		ill: []string{"std.", "std.1", "std.'a'", "std.if", "std[", "std[]", "std[1", "std[1 2]", "std[1:2:3:4]", "std[:::]", "std[1:::2]", "std[:::1]", "std[1, 2]", "std..a", ".a", "std[::::]", "std[1:2", "std[::", "std[1 : 2 : 3 :]"},
	},
	{
		name: "objects",
		well: []string{
			"{}", "{ a: 1 }", "{ a: 1, }", "{ a: 1, b: 2 }", "{ 'a': 1, \"b\": 2, @'c': 3, @\"d\": 4 }", "{ ['a']: 1 }", "{ ['a' + 'b']: 1, ['a' + 'b']: 2 }", "{ a:: 1, b::: 2, c+: 3, d+:: 4, e+::: 5 }", "{ ['a']+:: 1 }", "{ 'a'+: 1 }",
			"{ |||\n  a\n|||: 1 }", "{ a: self.b, b: $.a, c: super.d, d: super['e'], e: 'a' in super }", "{ a: { b: $, c: self } }", "{ [std.a]: 1 }", "{ a: 1 } + { b: 2 }", "{ a: 1 } { b: 2 } { c: 3 }", "std { a: 1 }", "(std) { a: 1 }",
			"{ a : 1 }", "{ a +: 1 }", "{ assert_: 1, local_: 2 }", "{ [if true then 'a']: 1 }", "{ a: 1, ['a']: 2 }", "{ 'a': 1, '\\u0061': 2 }", "{ a: (1), b: (2) }", "{ a: ('b') in super }", "{ a: 'b' in super && true }", "{ a: 'b' in super in super < 1 == 2 }", "{ a: 1 == 'b' in super && 2 + 3 }", "{ a: !('a' in super) }",
			"{ a: function(x) self }", "{ [{ a: self.b }.a]: 1 }", "{ a: -super.b }", "{ a: super.b + 1 }", "{ a: super.b.c(1)[2] }", "{ a: super[self.b].c }", "{ a: 1 + super.b }",
		},
		ill: []string{
			"{", "}", "{ a }", "{ a: }", "{ a 1 }", "{ a: 1 b: 2 }", "{ a: 1,, }", "{ , }", "{ a: 1, a: 2 }", "{ a: 1, 'a': 2 }", "{ 'a': 1, @'a': 2 }", "{ 1: 2 }", "{ []: 1 }", "{ [1: 2 }", "{ a = 1 }", "{ a:::: 1 }", "{ a++: 1 }", "{ a+: }", "{ if: 1 }", "{ a: 1; }", "{ (a): 1 }", "{ [self.a]: 1 }", "{ [$.a]: 1 }",
			"{ a: super }", "{ a: super + 1 }", "{ a: 'b' in super.c }", "{ a: 'b' in super + 1 }", "{ a: 1 == 'b' in super + 1 }", "{ a: super. }", "{ a: super[ }", "{ a: super[1 }", "{ a: super.1 }", "{ a+ : 1 }", "{ a:: : 1 }", "{ a-: 1 }", "{ a:1 } .b .c d", "{ \"\\a\": 1 }", "{ null: 1 }",
			"{ @'\xff': 1, @'\xfe': 2 }",
		},
	},
	{
		name: "object methods",
		well: []string{"{ f(): 1 }", "{ f(x): x }", "{ f(x, y=x,): x + y }", "{ 'f'(x): x, ['g'](x):: x, h(x)::: x }", "{ f(x): self.g(x), g(x):: $.f(x) }", "{ f(x): { g(y): x + y } }", "{ f(x=self.a, y=$): x }", "{ f(x): (x) }", "{ f(x):: [x, { a: x }] }"},
		ill:  []string{"{ f( }", "{ f() }", "{ f()+: 1 }", "{ f(x)= x }", "{ f(x): }", "{ f(1): 1 }", "{ f(x)(y): 1 }", "{ f: 1, f(): 2 }", "{ f(x)+:: x }"},
	},
	{
		name: "object locals",
		well: []string{"{ local a = 1, b: a }", "{ local a = 1 }", "{ local a = 1, }", "{ local f(x) = x, a: f(1) }", "{ b: a, local a = self.c, local c = a }", "{ local a = $, b: { local a = $, c: a } }", "{ local f(x, y=self.a) = { b: x }, c: f(1) }", "{ local a = { local b = 1, c: b } }", "{ local a = (1), b: a }", "{ local a = function(x) x, b: a }", "{ local a = [1, std.f(2)], b: a[0] }"},
		ill:  []string{"{ local a }", "{ local a: 1 }", "{ local a = 1, local a = 2 }", "{ local a = 1 b: a }", "{ [a]: 1, local a = 'b' }", "{ local a = 1; b: a }", "{ local 1 = 1 }", "{ local a = 1, b: c }", "{ local f(x = 1 }", "{ local a() 1 }"},
	},
	{
		name: "object assertions",
		well: []string{"{ assert true }", "{ assert true : 'a' }", "{ assert self.a : 'b', a: true, assert $.a }", "{ assert a, local a = true }", "{ assert (true) : ('a'), }", "{ a: { assert $.b : self.c } }"},
		ill:  []string{"{ assert }", "{ assert true : }", "{ assert true a: 1 }", "{ assert true :: 1 }", "{ assert true; }", "{ assert a }"},
	},
	{
		name: "object comprehensions",
		well: []string{
			"{ [x]: 1 for x in [] }", "{ [x]: 1, for x in [] }", "{ [x + y]: x for x in ['a'] for y in [x] if x == y }", "{ [x]+: 1 for x in [] }", "{ local a = x, [x]: a for x in [] }", "{ [x]: a, local a = 1, local b = a for x in [] }", "{ [x]: $ for x in [] }", "{ [x]: self.a for x in [] }",
			"{ a: { [x]: $.b + self.c for x in $.d } }", "{ [x](y): y for x in [] }", "{ [k]: { [l]: k + l for l in [k] } for k in ['a'] if k in {} if true }", "{ a: { local b = $, [x]: b for x in [self.c] } }", "{ [x]: 1 for x in [] } { a: 1 }", "local a = { [x]: { b: 1 } for x in [] }; a", "{ [x]: super.a for x in [] }", "{ [x]: x for x in [] for x in [x] }",
		},
		ill: []string{
			"{ a: 1 for x in [] }", "{ 'a': 1 for x in [] }", "{ [x]:: 1 for x in [] }", "{ [x]::: 1 for x in [] }", "{ [x]: 1, [y]: 2 for x in [] }", "{ [x]: 1, assert true for x in [] }", "{ for x in [] }", "{ local a = 1 for x in [] }", "{ [x]: 1 for x in [] if }", "{ [x]: 1 for x in x }", "{ [$]: 1 for x in [] }", "{ [x]: 1 for x in [$] }",
			"{ [a]: 1, local a = x for x in [] }", "{ [x]: 1 for x in [] ]", "{ [x]: 1 for x in [], }", "{ [self]: 1 for x in [] }", "{ [x]: 1 for x in [self] }",
		},
	},
	{
		name: "contexts",
		well: []string{
			"local f(x) = function(y) x; f", "local o = { a: { b: 1 } }; o", "local o = { a: 1 }.a; o", "local o = { a: 1 } + {}; o", "local o = { a: 1 } { b: std.f(1) }; o", "local o = {}, p = o { a: std.f([1]) }; p", "local o = ({ a: 1 }); o", "local o = local p = 1; { a: [1] }; o", "local o = local f() = 1; function() [1]; o",
			"local o = { a: [std.f(x)] }['a'], x = 1; o", "local y = 1, o = { [x]: [y] for x in [] }; o", "local o = if true then { a: [1] }; o", "local o = { a: [1] }(1), p = { b: [1] }; o", "local o = std.f({ a: [1] }, function(x) [x]).g([1], h={ a: local p = 1; p }); o",
			"local a = [local b = [local c = [1]; c]; b]; a", "std.f(std.g(std.h([1, [2, { a: [3] }]])))", "[std.f(1).a, std.f(2)]", "(local f(x) = [x]; f).a", "(function(x) [x]).a", "[function(x) { local y = [x], z: [y] }]", "{ a: local o = { a: [1] } in super; o }", "{ f(x): [{ g(y): [y] }] }",
			"local o = { a: { b: [1] } }.a.b, p = { c: [2] }; [o, p]", "std[1:2:std.f([1])]", "{ a: local o = { b: [1] } == {}, p = { c: [1] }; o }", "local o = { a: [1], b: local p = { c: [2] }; p }; o",
		},
	},
}

func TestFeatures(t *testing.T) {
	n := 0
	for _, f := range features {
		t.Run(f.name, func(t *testing.T) {
			for _, text := range f.well {
				if err := compare(t, text, text); err != nil {
					t.Errorf("%q is refused: %v", text, err)
				}
			}
			for _, text := range f.ill {
				if err := compare(t, text, text); err == nil {
					t.Errorf("%q is accepted", text)
				}
			}
		})
		n += len(f.well) + len(f.ill)
	}
	t.Logf("%d programs", n)
}

// TestNames tells the two names of a program apart.
func TestNames(t *testing.T) {
	const program = "local a = { b(c=1): [$, self] }; [x for x in std.range(1, a.b())]\n"
	for _, name := range []string{"", "dir/a.jsonnet"} {
		got, err := syntax.Parse("<message>", name, program)
		if err != nil {
			t.Fatal(err)
		}
		want, err := syntax.Upstream("<message>", name, program)
		if err != nil {
			t.Fatal(err)
		}
		if d := difference(got, want); d != "" {
			t.Errorf("with the name %q: %s", name, d)
		}
		if loc := got.Loc(); loc.FileName != name || loc.File.DiagnosticFileName != "<message>" {
			t.Errorf("the location is %q, %q", loc.FileName, loc.File.DiagnosticFileName)
		}
	}
	_, err := syntax.Parse("<message>", "dir/a.jsonnet", "{\n  a: 1 1\n}")
	if err == nil || !strings.HasPrefix(err.Error(), "<message>:2:8-9 ") {
		t.Errorf("the error is %v", err)
	}
}

// TestNesting goes to the limits of nesting and beyond.
func TestNesting(t *testing.T) {
	row := strings.Repeat
	nested := func(open, inner, closing string, n int) string {
		return row(open, n) + inner + row(closing, n)
	}
	for name, program := range map[string]func(n int) string{
		"parentheses":  func(n int) string { return nested("(", "1", ")", n) },
		"arrays":       func(n int) string { return nested("[", "1", "]", n) },
		"objects":      func(n int) string { return nested("{ a: ", "1", "}", n) },
		"names":        func(n int) string { return nested("{ [", "'a'", "]: 1 }", n) },
		"calls":        func(n int) string { return nested("std.f(", "1", ")", n) },
		"methods":      func(n int) string { return nested("{ a(b=", "1", "): 1 }", n) },
		"indexes":      func(n int) string { return nested("std[", "1", "]", n) },
		"comprehended": func(n int) string { return nested("[1 for x in ", "[]", "]", n) },
		"unclosed":     func(n int) string { return row("[", n) },
		"locals":       func(n int) string { return row("local a = 1; ", n) + "1" },
		"bound":        func(n int) string { return nested("local a = ", "1", "; a", n) },
		"conditionals": func(n int) string { return row("if true then 1 else ", n) + "1" },
		"functions":    func(n int) string { return row("1 + function(x) ", n) + "1" },
		"signs":        func(n int) string { return row("-", n) + "1" },
		"sums":         func(n int) string { return row("1 + ", n) + "1" },
		"chains":       func(n int) string { return "std" + row(".a", n) },
	} {
		t.Run(name, func(t *testing.T) {
			_ = compare(t, name, program(500))
			if testing.Short() {
				return
			}
			_ = compare(t, name, program(2000))
			_, err := syntax.Parse(ast.DiagnosticFileName(name), name, program(1_000_000))
			if !errors.Is(err, syntax.ErrTooDeep) {
				t.Errorf("a million levels: %v", err)
			}
		})
	}
}

// TestEvaluation runs both trees on upstream's evaluator: results and stack
// traces are the same.
func TestEvaluation(t *testing.T) {
	evaluate := func(node ast.Node, err error) string {
		if err != nil {
			return err.Error()
		}
		vm := jsonnet.MakeVM()
		vm.Importer(&jsonnet.MemoryImporter{})
		vm.SetTraceOut(io.Discard)
		out, err := vm.Evaluate(node)
		if err != nil {
			return err.Error()
		}
		return out
	}
	failed := 0
	for _, f := range features {
		for _, text := range f.well {
			if strings.Contains(text, "f() tailstrict") {
				continue // it never ends
			}
			want := evaluate(jsonnet.SnippetToAST("name", text))
			got := evaluate(syntax.Parse("name", "name", text))
			if got != want {
				t.Errorf("%s: we get\n%s\nnot\n%s", text, got, want)
			}
			if strings.HasPrefix(want, "RUNTIME ERROR") {
				failed++
			}
		}
	}
	t.Logf("%d programs failed with a stack trace", failed)
}
