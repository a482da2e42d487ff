package vm_test

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// typedExpressions are ways to make a value of a kind; the words in capitals
// stand for expressions of that kind: Number, Integer, String, Boolean, Array
// (of anything), Names (of strings), Objects (array of objects), Object, Key,
// Any.
var typedExpressions = map[string][]string{
	"NUM":   {"1", "-2.5", "0", "1e15", "0.1", "INT", "(NUM + NUM)", "(NUM * NUM)", "std.max(NUM, NUM)", "std.min(NUM, NUM)", "std.abs(NUM)", "std.clamp(NUM, NUM, NUM)", "std.floor(NUM)", "std.sign(NUM)", "std.round(NUM)", "(NUM % 7)", "std.foldl(function(a, x) a + NUM, ARR, NUM)", "std.get(OBJ, KEY, NUM)", "std.sum(std.map(function(x) NUM, ARR))"},
	"INT":   {"0", "1", "2", "3", "5", "-1", "std.length(STR)", "std.length(ARR)", "std.length(OBJ)", "std.count(ARR, ANY)", "std.length(std.find(ANY, ARR))", "std.length(std.findSubstr(STR, STR))"},
	"STR":   {"'a'", "''", "'abcabc'", "'ä😀b'", "' x,y '", "'%d'", "'b'", "KEY", "(STR + STR)", "(STR + ANY)", "std.join(STR, NAMES)", "std.strReplace(STR, 'a', STR)", "std.asciiUpper(STR)", "std.asciiLower(STR)", "std.stripChars(STR, STR)", "std.lstripChars(STR, ' a')", "std.rstripChars(STR, NAMES)", "std.substr(STR, 1, 2)", "STR[1:]", "STR[INT:INT]", "STR[::2]", "std.toString(ANY)", "('%s|%5s' % [ANY, ANY])", "('%d %05.1f %x' % [INT, NUM, INT])", "('%(a)s %(b)-4s.' % { a: ANY, b: STR, c: error 'unused' })", "std.lines(NAMES)", "std.repeat(STR, 2)", "std.manifestJson(ANY)", "std.manifestJsonMinified(ANY)", "std.manifestYamlDoc(ANY)", "std.manifestPython(ANY)", "std.escapeStringJson(ANY)", "std.escapeStringXML(STR)", "std.escapeStringBash(STR)", "std.flatMap(function(c) c + STR, STR)", "std.deepJoin([NAMES, STR])", "std.md5(STR)", "std.base64Decode(std.base64('ab'))", "std.type(ANY)", "std.trim(STR)", "std.manifestToml(OBJ)", "NAMES[0]"},
	"BOOL":  {"true", "false", "std.startsWith(STR, STR)", "std.endsWith(STR, STR)", "std.member(ARR, ANY)", "std.member(STR, STR)", "std.objectHas(OBJ, KEY)", "std.objectHasAll(OBJ, KEY)", "(ANY == ANY)", "(NUM < NUM)", "(STR < STR)", "(NAMES <= NAMES)", "std.setMember(STR, SET)", "std.all(std.map(function(x) BOOL, ARR))", "std.any([BOOL, BOOL])", "std.isString(ANY)", "!BOOL", "(BOOL && BOOL)", "(KEY in OBJ)", "std.contains(ARR, ANY)", "std.isEmpty(STR)"},
	"ARR":   {"[]", "[ANY]", "[ANY, ANY, ANY]", "NAMES", "OBJS", "(ARR + ARR)", "std.map(function(x) ANY, ARR)", "std.map(function(x) x, ARR)", "std.mapWithIndex(function(i, x) [i, x], ARR)", "std.filter(function(x) BOOL, ARR)", "std.filterMap(function(x) BOOL, function(x) [x], ARR)", "std.flatMap(function(x) [x, ANY], ARR)", "std.flattenArrays([ARR, ARR])", "std.flattenDeepArray(ARR)", "std.reverse(ARR)", "ARR[1:]", "ARR[:INT]", "ARR[::2]", "ARR[-2:]", "[x for x in ARR if BOOL]", "[[x, y] for x in ARR for y in NAMES]", "std.uniq(ARR)", "std.prune(ARR)", "std.range(INT, INT)", "std.makeArray(3, function(i) ANY)", "std.repeat(ARR, 2)", "std.objectValues(OBJ)", "std.sort(ARR, function(x) std.toString(x))", "std.join(ARR, [ARR, null, ARR])", "std.foldr(function(x, a) a + [x], ARR, ARR)", "std.parseJson(std.manifestJson(ARR))", "std.encodeUTF8(STR)", "std.remove(ARR, ANY)", "std.stringChars(STR)", "std.find(ANY, ARR)", "std.objectKeysValues(OBJ)"},
	"SET":   {"['a', 'b']", "[]", "std.set(NAMES)", "std.setUnion(SET, SET)", "std.setInter(SET, SET)", "std.setDiff(SET, SET)", "std.objectFields(OBJ)", "std.set(NAMES, function(x) std.length(x))"},
	"NAMES": {"['b', 'a']", "[]", "['a', 'x', 'a']", "[STR]", "[STR, STR]", "SET", "std.split(STR, 'a')", "std.splitLimit(STR, 'b', 1)", "std.splitLimitR(STR, 'b', 1)", "std.sort(NAMES)", "std.uniq(std.sort(NAMES))", "std.objectFields(OBJ)", "std.objectFieldsAll(OBJ)", "std.map(function(x) x + STR, NAMES)", "std.reverse(NAMES)", "[k + '!' for k in std.objectFields(OBJ)]", "(NAMES + NAMES)"},
	"OBJS":  {"[]", "[OBJ]", "[OBJ, OBJ]", "std.map(function(k) { name: k, value: ANY }, NAMES)", "[{ k: k } for k in NAMES]", "std.sort(OBJS, function(o) std.length(o))", "std.filter(function(o) std.objectHas(o, KEY), OBJS)", "std.objectKeysValuesAll(OBJ)"},
	"OBJ":   {"{}", "{ a: ANY }", "{ a: ANY, b:: ANY, c::: ANY }", "{ [k]: ANY for k in SET }", "(OBJ + OBJ)", "(OBJ { a+: OBJ })", "{ a: OBJ, b: self.a }", "std.mergePatch(OBJ, OBJ)", "std.prune(OBJ)", "std.mapWithKey(function(k, v) [k, v], OBJ)", "std.foldl(function(o, k) o + { [k]: ANY }, NAMES, OBJ)", "std.objectRemoveKey(OBJ, KEY)", "std.parseYaml(std.manifestYamlDoc(OBJ))", "(OBJ + { assert BOOL : 'asserted' })", "{ local l = ANY, a: l, d: [l] }", "std.get({ a: OBJ, b: OBJ }, KEY, OBJ)"},
	"KEY":   {"'a'", "'b'", "'c'", "'k'"},
	"ANY":   {"null", "NUM", "STR", "BOOL", "ARR", "OBJ", "NAMES", "INT", "OBJS", "error STR"},
}

// typedWords are the words that stand for expressions, longer ones first.
var typedWords = []string{"NAMES", "BOOL", "OBJS", "NUM", "INT", "STR", "ARR", "SET", "OBJ", "KEY", "ANY"}

// TestTyped runs programs that nest functions of the library.
func TestTyped(t *testing.T) {
	en := newEngines()
	r := draw("typed")
	failed := 0
	for range 100 * *draws {
		expr := typed(r, pick(r, "ANY", "ARR", "OBJ", "STR"), 4)
		if len(expr) > 250 { // upstream takes minutes for some
			continue
		}
		want, got := en.upstream(t, expr), en.own(t, expr)
		report(t, expr, want, got)
		if want.Error != "" {
			failed++
		}
	}
	t.Logf("%d programs, %d of them fail", 100**draws, failed)
}

func typed(r *rand.Rand, word string, depth int) string {
	forms := typedExpressions[word]
	if depth <= 0 { // the first forms end it
		switch word {
		case "ANY", "OBJ", "OBJS", "ARR":
			forms = forms[:1]
		default:
			forms = forms[:2]
		}
	}
	form := pick(r, forms...)
	if form == "error STR" && r.IntN(6) > 0 {
		form = "null"
	}
	var out strings.Builder
	for form != "" {
		word := leadingWord(form)
		if word == "" {
			out.WriteByte(form[0])
			form = form[1:]
			continue
		}
		out.WriteString(typed(r, word, depth-1))
		form = form[len(word):]
	}
	return out.String()
}

func leadingWord(form string) string {
	for _, w := range typedWords {
		if strings.HasPrefix(form, w) {
			return w
		}
	}
	return ""
}
