package vm

func stdMergeNatives() []nativeDecl {
	return []nativeDecl{
		{"mergePatch", "~target patch", func(e *Evaluation, a []Value) Value { return e.mergePatch(a[0], a[1]) }},
		{"prune", "a", func(e *Evaluation, a []Value) Value { return e.prune(a[0]) }},
	}
}

// mergePatch applies a patch as RFC 7396 has it. Whether a field of the patch
// is null decides whether there is such a field, so all its fields are
// evaluated at once; what they are merged to, only when somebody asks.
func (e *Evaluation) mergePatch(target, patch Value) Value {
	if patch.kind() != kindObject {
		return patch
	}
	p := patch.object()
	patched := e.fieldNames(p, false)
	var t *Object
	var kept []*Name
	if v := e.force(target); v.kind() == kindObject {
		t = v.object()
		kept = e.fieldNames(t, false)
	}
	var names []*Name
	var values []Value
	for len(kept) > 0 || len(patched) > 0 {
		e.step()
		if len(patched) == 0 || len(kept) > 0 && kept[0].text < patched[0].text {
			names, values = append(names, kept[0]), append(values, e.getLater(t, kept[0]))
			kept = kept[1:]
			continue
		}
		name := patched[0]
		patched = patched[1:]
		old := null
		if len(kept) > 0 && kept[0] == name {
			old = e.getLater(t, name)
			kept = kept[1:]
		}
		if v := e.get(p, name); !v.isNull() {
			names, values = append(names, name), append(values, e.mergeLater(old, v))
		}
	}
	return e.object(names, values)
}

// mergeLater applies a field of a patch when somebody asks. The old value is
// evaluated even where the new one just takes its place.
func (e *Evaluation) mergeLater(old, v Value) Value {
	if v.kind() != kindObject && old.kind() != kindThunk {
		return v
	}
	return e.later(func() Value {
		old := e.force(old)
		return e.mergePatch(old, v)
	})
}

// prune drops nulls and what is empty, at any depth.
func (e *Evaluation) prune(v Value) Value {
	e.nest()
	defer e.unnest()
	switch v.kind() {
	case kindArray:
		elems := []Value{}
		for _, elem := range v.array().elems {
			value := e.force(elem)
			switch value.kind() {
			case kindNull:
			case kindArray, kindObject:
				if pruned := e.prune(value); e.isContent(pruned) {
					elems = append(elems, pruned)
				}
			default:
				elems = append(elems, elem) // the thunk knows its place
			}
		}
		return e.array(elems)
	case kindObject:
		o := v.object()
		var names []*Name
		var values []Value
		for _, n := range e.fieldNames(o, false) {
			if pruned := e.prune(e.get(o, n)); e.isContent(pruned) {
				names, values = append(names, n), append(values, pruned)
			}
		}
		return e.object(names, values)
	default:
		return v
	}
}

func (e *Evaluation) isContent(v Value) bool {
	switch v.kind() {
	case kindNull:
		return false
	case kindArray:
		return len(v.array().elems) > 0
	case kindObject:
		return len(e.fieldNames(v.object(), false)) > 0
	default:
		return true
	}
}
