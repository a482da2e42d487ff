package conformance_test

import "strings"

func (g *generator) fieldName() string { return one(g, "a", "b", "c", "d") }

// object makes an object: a literal, a comprehension, or a sum of objects.
func (g *generator) object(depth int) *node {
	switch g.IntN(8) {
	case 0, 1:
		return branch("(§ + §)", g.expression(object, depth-1), g.object(depth-1))
	case 2:
		return branch("(§ + § + §)", g.object(depth-1), g.object(depth-1), g.object(depth-1))
	case 3:
		return g.objectComprehension(depth)
	}
	g.within++
	defer func() { g.within-- }()
	scope := len(g.scope)
	defer func() { g.scope = g.scope[:scope] }()
	var members []*node
	for g.chance(25) {
		name, of := g.fresh(), g.pick(kinds)
		g.scope = append(g.scope, variable{name, of})
		members = append(members, branch("local "+name+" = §", g.expression(of, depth-1)))
	}
	used := map[string]bool{}
	for range 1 + g.IntN(4) {
		name := g.fieldName()
		if used[name] && !g.chance(3) { // two of one name are an error
			continue
		}
		used[name] = true
		members = append(members, g.member(name, depth))
	}
	if g.chance(12) {
		members = append(members, branch("assert § : §", g.expression(boolean, depth-1), g.expression(text, depth-1)))
	}
	return list("{ § }", ", ", members)
}

func (g *generator) member(name string, depth int) *node {
	colon := one(g, ":", ":", ":", ":", "::", ":::")
	switch g.IntN(9) {
	case 0:
		return branch("["+"§"+"]"+colon+" §", branch("'"+name+"' + §", leaf("''")), g.expression(anything, depth-1))
	case 1, 2:
		return branch(name+"+"+colon+" §", g.expression(g.pick([]kind{object, object, array, text, number}), depth-1))
	case 3:
		return branch(name+colon+" super."+g.fieldName()+" + §", g.expression(anything, depth-1))
	case 4:
		return branch("[if § then '"+name+"']"+colon+" §", g.expression(boolean, depth-1), g.expression(anything, depth-1))
	case 5:
		v := variable{g.fresh(), anything}
		return g.with(v, func() *node { return branch(name+"("+v.name+"):: §", g.expression(anything, depth-1)) })
	case 6:
		return branch(name+colon+" if '"+g.fieldName()+"' in super then super."+g.fieldName()+" else §", g.expression(anything, depth-1))
	}
	return branch(name+colon+" §", g.expression(anything, depth-1))
}

func (g *generator) objectComprehension(depth int) *node {
	v := variable{g.fresh(), text}
	from := g.expression(texts, depth-1)
	return g.with(v, func() *node {
		g.within++
		defer func() { g.within-- }()
		key := one(g, v.name, v.name, "'k' + "+v.name, "std.toString("+v.name+")")
		return branch("{ ["+key+"]: § for "+v.name+" in std.set(§) }", g.expression(anything, depth-1), from)
	})
}

// field reads a field of an object around, or of one beside.
func (g *generator) field(k kind, depth int) *node {
	if g.within > 0 && g.chance(75) {
		return leaf("%s", one(g, "self.", "self.", "$.", "super.")+g.fieldName())
	}
	name := g.fieldName()
	g.within++
	body := g.expression(k, depth-1)
	g.within--
	if g.chance(30) {
		return branch("(§ + { "+name+": § })"+"['"+name+"']", g.expression(object, depth-1), body)
	}
	return branch("{ "+name+": § }."+name, body)
}

// signatures are the functions of std by what they come to; the letters are
// the kinds of the arguments.
var signatures = map[kind]string{
	number: `abs n;sign n;max nn;min nn;clamp nnn;floor n;ceil n;round n;sqrt n;pow ni;exp i;log n;mod nn;modulo ni;
		exponent n;mantissa n;sum N;avg N;minArray N;maxArray N;parseInt s;parseOctal s;parseHex s;codepoint s;count xA;foldl gNn;foldr gNn;get Osn;
		hypot nn;atan2 nn;deg2rad n`,
	small: `length x;length A;count As;exponent n`,
	text: `toString x;substr sii;join sS;strReplace sss;asciiUpper s;asciiLower s;stripChars ss;lstripChars ss;rstripChars ss;trim s;
		char n;repeat si;format sA;format sO;type x;escapeStringJson s;escapeStringBash s;escapeStringDollars s;escapeStringXML s;escapeStringPython s;
		manifestJson x;manifestJsonEx xs;manifestJsonMinified x;manifestYamlDoc x;manifestYamlStream A;manifestPython x;manifestTomlEx Os;manifestToml O;
		base64 s;base64Decode s;md5 s;lines S;deepJoin S;slice siii;get Oss;foldl gSs;decodeUTF8 N;manifestIni O;manifestPythonVars O;resolvePath ss;
		manifestXmlJsonml A;join sA;sha1 s`,
	boolean: `isString x;isNumber n;isObject x;isArray A;isFunction x;isBoolean x;isNull x;startsWith ss;endsWith ss;member Ax;member ss;contains Ax;
		objectHas Os;objectHasAll Os;isEmpty s;isEven n;isOdd n;isInteger n;isDecimal n;xor bb;xnor bb;equals xx;any A;all A;equalsIgnoreCase ss;setMember nN;
		primitiveEquals nx;assertEqual xx`,
	array: `map fA;map fO;mapWithIndex gA;filter fA;filterMap ffA;flatMap fA;flatMap fs;reverse A;range ni;makeArray if;repeat Ai;slice Aiii;sort A;uniq A;set A;
		flattenArrays A;flattenDeepArray A;find xA;remove Ax;prune A;objectValues O;objectValuesAll O;objectKeysValues O;objectKeysValuesAll O;
		parseJson s;parseYaml s;join AA;sort Af;uniq Af;set Af;setUnion NN;setInter NN;setDiff NN;removeAt Ai;get OsA;foldl gAA;foldr gAA`,
	texts: `objectFields O;objectFieldsAll O;split ss;splitLimit ssi;splitLimitR ssi;stringChars s;sort S;set S;uniq S;setUnion SS;setInter SS;setDiff SS;
		map fS;filter fS;reverse S;remove Ss`,
	numbers: `range ii;encodeUTF8 s;sort N;set N;uniq N;setUnion NN;setInter NN;setDiff NN;map fN;filter fN;reverse N;findSubstr ss;find nN;base64DecodeBytes s;
		makeArray if;remove Nn`,
	object: `mergePatch OO;mapWithKey gO;prune O;objectRemoveKey Os;foldl gAO;get OsO;parseJson s`,
	unary:  `id f`,
	binary: `id g`,
}

// standard calls a function of std, now and then by the names of some of its
// arguments' neighbours: with one too few or one too many.
func (g *generator) standard(k kind, depth int) *node {
	of := strings.Split(signatures[k], ";")
	name, args, _ := strings.Cut(strings.TrimSpace(one(g, of...)), " ")
	if g.chance(2) {
		args = args[1:]
	} else if g.chance(1) {
		args += "x"
	}
	var nodes []*node
	for _, a := range args {
		nodes = append(nodes, g.expression(kind(a), depth-1))
	}
	return branch("std."+name+"("+strings.TrimSuffix(strings.Repeat("§, ", len(nodes)), ", ")+")", nodes...)
}
