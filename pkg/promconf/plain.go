package promconf

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/prometheus/common/model"

	"github.com/monctl/monctl/pkg/bundle"
)

// plainGroup reads a group that has nothing unusual about it, as nearly all
// have: fields of the type they should have, and only those that every rule
// may have. It reports false for any other, which upstream's decoder is asked
// about: what is read here must be what upstream reads, so there is no place
// for doubt.
func plainGroup(v bundle.Value) (Group, bool) {
	var g Group
	if v.Kind != bundle.Map {
		return g, false
	}
	for i, key := range v.Keys {
		elem := v.Elem[i]
		var ok bool
		switch key {
		case "name":
			g.Name, ok = elem.Text, plainText(elem)
		case "interval":
			g.Interval, ok = plainDuration(elem)
		case "query_offset":
			_, ok = plainDuration(elem)
		case "rules":
			ok = elem.Kind == bundle.Array
			g.Rules = make([]Rule, 0, len(elem.Elem))
			for n, rule := range elem.Elem {
				r, plain := plainRule(rule)
				ok = ok && plain
				r.Pointer = "/rules/" + strconv.Itoa(n)
				g.Rules = append(g.Rules, r)
			}
		default:
			ok = false
		}
		if !ok {
			return Group{}, false
		}
	}
	return g, g.Name != ""
}

func plainRule(v bundle.Value) (Rule, bool) {
	var r Rule
	if v.Kind != bundle.Map {
		return r, false
	}
	for i, key := range v.Keys {
		elem := v.Elem[i]
		var ok bool
		switch key {
		case "alert":
			r.Alert, ok = elem.Text, plainText(elem)
		case "record":
			r.Record, ok = elem.Text, plainText(elem)
		case "expr":
			r.Expr, ok = elem.Text, plainText(elem)
		case "for":
			r.For, ok = plainDuration(elem)
		case "keep_firing_for":
			r.KeepFiringFor, ok = plainDuration(elem)
		case "labels":
			r.Labels, ok = plainTexts(elem)
		case "annotations":
			r.Annotations, ok = plainTexts(elem)
		default:
			ok = false
		}
		if !ok {
			return Rule{}, false
		}
	}
	return r, true
}

// plainText reports whether a value is a string that YAML takes as it stands.
func plainText(v bundle.Value) bool {
	if v.Kind != bundle.String || v.Src != "" {
		return false
	}
	for i := range len(v.Text) {
		if v.Text[i] >= utf8.RuneSelf || v.Text[i] == 0x7f {
			return !strings.ContainsFunc(v.Text, unusual)
		}
	}
	return true
}

// unusual are the characters that YAML does not allow, of those that JSON
// writes as they are.
func unusual(r rune) bool {
	return r >= 0x7f && r < 0xa0 && r != 0x85 || r == 0xfeff || r == 0xfffe || r == 0xffff || r == utf8.RuneError
}

func plainDuration(v bundle.Value) (time.Duration, bool) {
	d, err := model.ParseDuration(v.Text)
	return time.Duration(d), err == nil && v.Kind == bundle.String && v.Src == ""
}

// maxKey is far below the length of a key that YAML gives up at, 1024.
const maxKey = 256

func plainTexts(v bundle.Value) (map[string]string, bool) {
	if v.Kind != bundle.Map {
		return nil, false
	}
	out := make(map[string]string, len(v.Keys))
	for i, key := range v.Keys {
		if len(key) > maxKey || strings.ContainsFunc(key, unusual) || !plainText(v.Elem[i]) {
			return nil, false
		}
		out[key] = v.Elem[i].Text
	}
	return out, true
}
