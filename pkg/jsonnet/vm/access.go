package vm

// fieldAccess is target.name.
type fieldAccess struct {
	site
	target code
	name   *Name
}

func (c *fieldAccess) eval(e *Evaluation, f *frame) Value {
	v := c.target.eval(e, f)
	e.cur = &c.site
	if v.h.kind != kindObject {
		return e.indexOther(v, c.name.value())
	}
	return e.get(v.object(), c.name)
}
func (c *fieldAccess) delay(_ *Evaluation, f *frame) Value { return newThunk(c, f) }

// index is target[key].
type index struct {
	site
	target, key code
}

func (c *index) eval(e *Evaluation, f *frame) Value {
	v := c.target.eval(e, f)
	key := c.key.eval(e, f)
	e.cur = &c.site
	if v.h.kind == kindObject {
		return e.get(v.object(), e.nameOf(e.wantString(key)))
	}
	return e.indexOther(v, key)
}
func (c *index) delay(_ *Evaluation, f *frame) Value { return newThunk(c, f) }

// indexOther indexes what is no object.
func (e *Evaluation) indexOther(v, key Value) Value {
	switch v.kind() {
	case kindArray:
		a, i := v.array(), int(e.wantNumber(key))
		if i < 0 || i >= len(a.elems) {
			e.fail("Index %d out of bounds, not within [0, %v)", i, len(a.elems))
		}
		return e.force(a.elems[i])
	case kindString:
		s, i := v.str(), int(e.wantNumber(key))
		if n := e.length(s); i < 0 || i >= n {
			e.fail("Index %d out of bounds, not within [0, %v)", i, n)
		}
		text := e.flat(s)
		if e.ascii(s) {
			return e.string(text[i : i+1])
		}
		for at := range text {
			if i == 0 {
				return e.string(string([]rune(text[at:min(at+4, len(text))])[0]))
			}
			i--
		}
	default:
		// The words of the message are upstream's names of its types.
		name := map[kind]string{kindNull: "Null", kindBoolean: "Boolean", kindNumber: "Number", kindFunction: "Function"}[v.kind()]
		e.fail("Value non indexable: *jsonnet.value%s", name)
	}
	return null
}

// superIndex is super[key].
type superIndex struct {
	site
	key code
}

func (c *superIndex) eval(e *Evaluation, f *frame) Value {
	key := c.key.eval(e, f)
	e.cur = &c.site
	return e.getSuper(f, e.nameOf(e.wantString(key)))
}
func (c *superIndex) delay(_ *Evaluation, f *frame) Value { return newThunk(c, f) }

// inSuper is key in super.
type inSuper struct {
	site
	key code
}

func (c *inSuper) eval(e *Evaluation, f *frame) Value {
	key := c.key.eval(e, f)
	e.cur = &c.site
	name := e.nameOf(e.wantString(key))
	return e.boolean(e.find(f.self, name, f.layer+1).layer >= 0)
}
func (c *inSuper) delay(_ *Evaluation, f *frame) Value { return newThunk(c, f) }
