package render

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/project"
)

// adjustments returns those that hold for a job in an environment: those of
// the mixin, then those of sources.adjust.
func adjustments(p *project.Project, j job, env string) []*project.Adjustment {
	var out []*project.Adjustment
	if j.mixin != nil {
		out = append(out, &j.mixin.Adjustment)
	}
	for i := range p.Sources.Adjust {
		a := &p.Sources.Adjust[i]
		if a.HoldsFor(env) && slices.ContainsFunc(j.names(), func(n string) bool { return project.MatchesAny(a.Sources, n) }) {
			out = append(out, &a.Adjustment)
		}
	}
	return out
}

// names are what patterns know a job by.
func (j job) names() []string {
	if j.mixin == nil {
		return []string{j.source.Path}
	}
	return []string{j.source.Path, j.mixin.Path, j.source.Name()}
}

// adjuster applies the adjustments of a job, and notes which of their lines
// had something to do.
type adjuster struct {
	project *project.Project
	// namespace is that of the source.
	namespace   string
	adjustments []*project.Adjustment
	uses        map[string]*use
}

// use says what became of one line of an adjustment.
type use struct {
	// what says what the line is about, words what it asks for by name.
	what    string
	words   []string
	matched bool
	// known are the names that there were to ask for.
	known map[string]bool
	// message and hint, if they are set, take the place of all that.
	message, hint string
}

func newAdjuster(p *project.Project, j job, env string) *adjuster {
	a := &adjuster{project: p, namespace: j.source.Name(), adjustments: adjustments(p, j, env), uses: map[string]*use{}}
	for _, adj := range a.adjustments {
		at := adj.Pointer
		for i, m := range adj.Drop {
			a.uses[at+"/drop/"+strconv.Itoa(i)] = &use{what: "no rule", words: m.Names()}
		}
		for i, p := range adj.Patch {
			a.uses[at+"/patch/"+strconv.Itoa(i)+"/match"] = &use{what: "no rule", words: p.Match.Names()}
		}
		for name := range adj.Severities {
			a.uses[at+"/severities/"+bundle.EscapeToken(name)] = &use{what: "no rule's severity", words: []string{name}}
		}
		for i, p := range adj.Dashboards.Drop {
			a.uses[at+"/dashboards/drop/"+strconv.Itoa(i)] = &use{what: "no dashboard", words: []string{p.Text}}
		}
		for i, p := range adj.Dashboards.Patch {
			a.uses[at+"/dashboards/patch/"+strconv.Itoa(i)+"/match"] = &use{what: "no dashboard", words: []string{p.Match.Text}}
		}
		for name := range adj.Dashboards.Datasources {
			a.uses[at+"/dashboards/datasources/"+bundle.EscapeToken(name)] = &use{what: "no data source variable", words: []string{name}}
		}
	}
	for _, u := range a.uses {
		u.known = map[string]bool{}
	}
	return a
}

// saw notes whether a line matched something that is called by some names.
func (a *adjuster) saw(pointer string, matched bool, names ...string) bool {
	u := a.uses[pointer]
	u.matched = u.matched || matched
	for _, n := range names {
		u.known[n] = true
	}
	return matched
}

// unused reports the lines of adjustments that matched nothing wherever they
// were looked at. Of a source that could not be evaluated nothing is known.
func unused(p *project.Project, tasks []*task) diag.List {
	all := map[string]*use{}
	for _, t := range tasks {
		for _, r := range t.results {
			for pointer, u := range r.uses {
				if all[pointer] == nil {
					all[pointer] = &use{what: u.what, words: u.words, message: u.message, hint: u.hint, known: map[string]bool{}}
				}
				all[pointer].matched = all[pointer].matched || u.matched || r.diags.HasErrors()
				maps.Copy(all[pointer].known, u.known)
			}
		}
	}
	var diags diag.List
	for _, pointer := range slices.Sorted(maps.Keys(all)) {
		u := all[pointer]
		if u.matched {
			continue
		}
		said := "this"
		if len(u.words) > 0 {
			said = strconv.Quote(strings.Join(u.words, " "))
		}
		d := noMatch(&diags, p, pointer, fmt.Sprintf("%s matches %s", u.what, said), u.words, slices.Sorted(maps.Keys(u.known)))
		if u.message != "" {
			d.Summary, d.Hint = u.message, u.hint
		}
	}
	return diags
}

// noMatch reports a line of the project file that has no effect.
func noMatch(diags *diag.List, p *project.Project, pointer, message string, words, known []string) *diag.Diagnostic {
	d := diags.Warnf("adjust/no-match", p.At(pointer), "%s", message)
	d.Pointer = pointer
	for _, w := range words {
		if d.Hint == "" {
			d.Hint = diag.DidYouMean(w, known)
		}
	}
	if d.Hint == "" && len(known) > 0 && len(known) <= 8 {
		d.Hint = "there are: " + strings.Join(known, ", ")
	}
	if d.Hint == "" {
		d.Hint = "leave it out"
	}
	return d
}

// takesAway notes which fields a patch takes away of what it matches: one that
// nothing of it has is misspelt, or has gone with an update.
func (a *adjuster) takesAway(v, patch bundle.Value, from, field string) {
	for i, key := range patch.Keys {
		pointer, name := from+"/"+bundle.EscapeToken(key), strings.TrimPrefix(field+"."+key, ".")
		below, has := v.Get(key)
		switch patch.Elem[i].Kind {
		case bundle.Map:
			a.takesAway(below, patch.Elem[i], pointer, name)
		case bundle.Null:
			if a.uses[pointer] == nil {
				a.uses[pointer] = &use{message: fmt.Sprintf("nothing that matches has %q, which is to be taken away", name), hint: "leave it out"}
			}
			a.uses[pointer].matched = a.uses[pointer].matched || has
		default:
		}
	}
}

// mergePatch merges a patch over a value as RFC 7386 has it, and notes for
// every part that the patch sets where it stands in the project file.
func mergePatch(v, patch bundle.Value, at, from string, places map[string]string) bundle.Value {
	if patch.Kind != bundle.Map {
		places[at] = from
		return patch
	}
	out := bundle.Value{Kind: bundle.Map}
	if v.Kind == bundle.Map {
		out.Keys, out.Elem = slices.Clone(v.Keys), slices.Clone(v.Elem)
	} else {
		places[at] = from
	}
	for i, key := range patch.Keys {
		token := "/" + bundle.EscapeToken(key)
		old, _ := out.Get(key)
		if patch.Elem[i].Kind == bundle.Null {
			out = without(out, []string{key})
			continue
		}
		out = out.With(key, mergePatch(old, patch.Elem[i], at+token, from+token, places))
	}
	return out
}

// adjustedOrigin leads from what an adjustment has set to the project file,
// and from anything else to the source.
func (a *adjuster) adjustedOrigin(source bundle.Origin, places map[string]string, back func(pointer string) string) bundle.Origin {
	return bundle.OriginFunc(func(pointer string) diag.Span {
		for p := pointer; p != ""; p = p[:strings.LastIndexByte(p, '/')] {
			if from, ok := places[p]; ok {
				return a.project.At(from + pointer[len(p):])
			}
		}
		return source.At(back(pointer))
	})
}
