package simulate_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/http"
	"net/http/httptest"
	"net/mail"
	"net/url"
	"strings"
	"sync"
	"testing"

	commoncfg "github.com/prometheus/common/config"
)

// web is a server that remembers what each integration posts.
type web struct {
	addr string
	mu   sync.Mutex
	got  map[string]map[string]string
}

func startHTTP(t *testing.T) *web {
	w := &web{got: map[string]map[string]string{}}
	s := httptest.NewTLSServer(w)
	t.Cleanup(s.Close)
	w.addr = s.Listener.Addr().String()
	return w
}

// dial leads every connection of a notifier here.
func (w *web) dial() commoncfg.HTTPClientOption {
	return commoncfg.WithDialContextFunc(func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, w.addr)
	})
}

// ServeHTTP answers so that every notifier is content.
func (w *web) ServeHTTP(out http.ResponseWriter, req *http.Request) {
	body, _ := io.ReadAll(req.Body)
	kind, _, _ := strings.Cut(strings.Trim(req.URL.Path, "/"), "/")
	fields := map[string]string{}
	switch kind {
	case "sns":
		form, _ := url.ParseQuery(string(body))
		for k := range form {
			fields[k] = form.Get(k)
		}
		fmt.Fprint(out, "<PublishResponse><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>")
	case "1": // Pushover's address is fixed.
		kind = "pushover"
		for k := range req.URL.Query() {
			fields[k] = req.URL.Query().Get(k)
		}
	case "webhook", "incidentio":
		fields["payload"] = strings.TrimSpace(string(body))
	default:
		var v any
		if json.Unmarshal(body, &v) == nil {
			flatten(fields, "", v)
		}
	}
	w.mu.Lock()
	w.got[kind] = fields
	w.mu.Unlock()
	out.Header().Set("Content-Type", "application/json")
	fmt.Fprint(out, `{"ok": true, "success": true, "errcode": 0, "access_token": "x", "issues": [], "result": {"message_id": 1, "chat": {"id": 1}}}`)
}

// flatten writes every value under its path, and lists and objects as JSON too.
func flatten(out map[string]string, at string, v any) {
	body, _ := json.Marshal(v)
	out[at] = string(body)
	step := at
	if step != "" {
		step += "."
	}
	switch v := v.(type) {
	case string:
		out[at] = v
	case map[string]any:
		for k, e := range v {
			flatten(out, step+k, e)
		}
	case []any:
		for i, e := range v {
			flatten(out, fmt.Sprint(step, i), e)
		}
	}
}

func (w *web) reset() {
	w.mu.Lock()
	defer w.mu.Unlock()
	clear(w.got)
}

func (w *web) last(kind string) map[string]string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.got[kind]
}

// mailbox is a server that takes one mail a connection.
type mailbox struct {
	addr string
	got  chan string
}

func startSMTP(t *testing.T) *mailbox {
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	check(t, err)
	t.Cleanup(func() { l.Close() })
	m := &mailbox{addr: l.Addr().String(), got: make(chan string, 10)}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			m.talk(c)
		}
	}()
	return m
}

func (m *mailbox) talk(c net.Conn) {
	defer c.Close()
	in := bufio.NewReader(c)
	fmt.Fprint(c, "220 test\r\n")
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		switch verb := strings.ToUpper(line[:4]); verb {
		case "DATA":
			fmt.Fprint(c, "354 go\r\n")
			var b strings.Builder
			for line, _ = in.ReadString('\n'); line != ".\r\n"; line, _ = in.ReadString('\n') {
				b.WriteString(strings.TrimPrefix(line, "."))
			}
			m.got <- b.String()
			fmt.Fprint(c, "250 ok\r\n")
		case "QUIT":
			fmt.Fprint(c, "221 bye\r\n")
			return
		default:
			fmt.Fprint(c, "250 ok\r\n")
		}
	}
}

// last returns the headers and parts of the mail.
func (m *mailbox) last(t *testing.T) map[string]string {
	t.Helper()
	msg, err := mail.ReadMessage(strings.NewReader(<-m.got))
	check(t, err)
	out := map[string]string{}
	for name := range msg.Header {
		value, err := (&mime.WordDecoder{}).DecodeHeader(msg.Header.Get(name))
		check(t, err)
		out["headers."+name] = value
	}
	out["subject"], out["to"], out["from"] = out["headers.Subject"], out["headers.To"], out["headers.From"]
	_, params, err := mime.ParseMediaType(msg.Header.Get("Content-Type"))
	check(t, err)
	for r := multipart.NewReader(msg.Body, params["boundary"]); ; {
		part, err := r.NextRawPart()
		if errors.Is(err, io.EOF) {
			return out
		}
		check(t, err)
		body, err := io.ReadAll(quotedprintable.NewReader(part))
		check(t, err)
		kind, _, _ := strings.Cut(strings.TrimPrefix(part.Header.Get("Content-Type"), "text/"), ";")
		out[map[string]string{"plain": "text", "html": "html"}[kind]] = string(body)
	}
}
