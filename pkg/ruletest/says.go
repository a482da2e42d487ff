package ruletest

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash"
	"math"
	"reflect"
	"strings"
	"time"

	"github.com/prometheus/prometheus/model/labels"

	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/promeval"
)

// says is what a test says, and its file about it; not where, nor in which
// place among the others.
type says struct {
	sum [sha256.Size]byte
	// input are the labels of the series that it gives. They are known but for
	// odd series, which are put together from several lines.
	input []labels.Labels
	known bool
}

// says returns it for each test.
func (f *file) says() []says {
	out := make([]says, len(f.tests))
	for i, t := range f.tests {
		h := sha256.New()
		d := digest{h}
		d.value(reflect.ValueOf(*t))
		// What is about all tests: the rule files are looked at by content.
		d.value(reflect.ValueOf(f.interval))
		d.value(reflect.ValueOf(f.orderAt))
		d.value(reflect.ValueOf(f.fuzzy))
		d.value(reflect.ValueOf(f.options))
		out[i].sum = [sha256.Size]byte(h.Sum(nil))
		out[i].input, out[i].known = t.inputLabels()
	}
	return out
}

// inputLabels returns the labels of the input series, or false if they are not
// plainly written.
func (t *test) inputLabels() ([]labels.Labels, bool) {
	var out []labels.Labels
	for _, s := range t.series {
		if strings.ContainsAny(s.series.value+s.values.value, "\n#@") {
			return nil, false
		}
		c, err := promeval.ParseSeries(s.series.value+" _", time.Time{}, time.Minute)
		if err != nil {
			return nil, false
		}
		out = append(out, c.Labels)
	}
	return out, true
}

// digest writes values into a hash, so that different ones are different texts.
type digest struct{ hash.Hash }

func (d digest) number(n uint64) {
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], n)
	d.Write(b[:])
}

func (d digest) text(s string) {
	d.number(uint64(len(s)))
	d.Write([]byte(s))
}

// value writes a value of the decoder, all fields of it but places and indexes,
// so that one that is added counts without being named here.
func (d digest) value(v reflect.Value) {
	switch v.Kind() {
	case reflect.Bool:
		if v.Bool() {
			d.number(1)
		} else {
			d.number(0)
		}
	case reflect.Int, reflect.Int64:
		d.number(uint64(v.Int()))
	case reflect.Uint8, reflect.Uint64:
		d.number(v.Uint())
	case reflect.Float64:
		d.number(math.Float64bits(v.Float()))
	case reflect.String:
		d.text(v.String())
	case reflect.Slice:
		d.number(uint64(v.Len()))
		for i := range v.Len() {
			d.value(v.Index(i))
		}
	case reflect.Map:
		d.mapping(v)
	case reflect.Struct:
		d.fields(v)
	default:
		panic(fmt.Sprintf("ruletest: nobody has said what a %s means in a test", v.Type()))
	}
}

// mapping writes a map as the sum of its entries, which have no order.
func (d digest) mapping(v reflect.Value) {
	var sum [sha256.Size]byte
	for it := v.MapRange(); it.Next(); {
		h := sha256.New()
		one := digest{h}
		one.value(it.Key())
		one.value(it.Value())
		for i, b := range h.Sum(nil) {
			sum[i] ^= b
		}
	}
	d.number(uint64(v.Len()))
	d.Write(sum[:])
}

func (d digest) fields(v reflect.Value) {
	for i := range v.NumField() {
		switch f := v.Type().Field(i); {
		case f.Type == reflect.TypeFor[diag.Span](), f.Type == reflect.TypeFor[diag.List]():
		case v.Type() == reflect.TypeFor[test]() && f.Name == "index":
		case f.Type == reflect.TypeFor[*time.Location](): // of the start, an instant
		default:
			d.value(v.Field(i))
		}
	}
}
