package gitrepo_test

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/binary"
	"encoding/pem"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-git/go-git/v5/plumbing/protocol/packp"
	"github.com/go-git/go-git/v5/plumbing/transport"
	"github.com/go-git/go-git/v5/plumbing/transport/server"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"

	"github.com/monctl/monctl/pkg/gitrepo"
)

// sshKey makes a key, and the file with its private part.
func sshKey(t *testing.T) (ssh.Signer, string) {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	block, err := ssh.MarshalPrivateKey(private, "")
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(name, pem.EncodeToMemory(block), 0o600); err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewSignerFromKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return signer, name
}

// serveSSH answers git-upload-pack for the repositories below dir to whoever
// has the key, and returns the address and the host's public key.
func serveSSH(t *testing.T, dir string, client ssh.PublicKey) (string, ssh.PublicKey) {
	t.Helper()
	host, _ := sshKey(t)
	config := &ssh.ServerConfig{PublicKeyCallback: func(_ ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
		if string(key.Marshal()) != string(client.Marshal()) {
			return nil, errors.New("unknown key")
		}
		return nil, nil
	}}
	config.AddHostKey(host)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go serveConnection(conn, config, dir)
		}
	}()
	return l.Addr().String(), host.PublicKey()
}

func serveConnection(conn net.Conn, config *ssh.ServerConfig, dir string) {
	_, channels, requests, err := ssh.NewServerConn(conn, config)
	if err != nil {
		return
	}
	go ssh.DiscardRequests(requests)
	for c := range channels {
		channel, requests, err := c.Accept()
		if err != nil {
			return
		}
		for r := range requests {
			if r.Type != "exec" {
				_ = r.Reply(false, nil)
				continue
			}
			_ = r.Reply(true, nil)
			command := string(r.Payload[4:])
			status := make([]byte, 4)
			if err := uploadPack(channel, dir, strings.Trim(strings.TrimPrefix(command, "git-upload-pack "), "'")); err != nil {
				binary.BigEndian.PutUint32(status, 1)
			}
			_, _ = channel.SendRequest("exit-status", false, status)
			_ = channel.Close()
		}
	}
}

func uploadPack(channel ssh.Channel, dir, name string) error {
	ctx := context.Background()
	ep, err := transport.NewEndpoint(name)
	if err != nil {
		return err
	}
	session, err := server.NewServer(loader(dir)).NewUploadPackSession(ep, nil)
	if err != nil {
		return err
	}
	refs, err := session.AdvertisedReferences()
	if err != nil {
		return err
	}
	if err := refs.Encode(channel); err != nil {
		return err
	}
	req := packp.NewUploadPackRequest()
	if err := req.Decode(channel); err != nil {
		return err // the client wanted the references only
	}
	resp, err := session.UploadPack(ctx, req)
	if err != nil {
		return err
	}
	return resp.Encode(channel)
}

func TestSSH(t *testing.T) {
	root := t.TempDir()
	newRepo(t, filepath.Join(root, "team", "lib.git")).commit("main", map[string]string{"a": "1"})
	client, key := sshKey(t)
	stranger, strangersKey := sshKey(t)
	addr, host := serveSSH(t, root, client.PublicKey())
	known := func(k ssh.PublicKey) string {
		name := filepath.Join(t.TempDir(), "known_hosts")
		if err := os.WriteFile(name, []byte(knownhosts.Line([]string{addr}, k)+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	remote := "ssh://git@" + addr + "/team/lib.git"
	c := gitrepo.New(gitrepo.Options{Cache: t.TempDir(), SSH: gitrepo.SSH{Keys: []string{key}, KnownHosts: []string{known(host)}}})
	if diff := cmp.Diff(map[string]string{"a": "1"}, content(t, c, remote, "main", "")); diff != "" {
		t.Errorf("content (-want +got):\n%s", diff)
	}
	for name, s := range map[string]gitrepo.SSH{
		"unknown key":         {Keys: []string{strangersKey}, KnownHosts: []string{known(host)}},
		"no key":              {KnownHosts: []string{known(host)}},
		"no known hosts":      {Keys: []string{key}},
		"another host's key":  {Keys: []string{key}, KnownHosts: []string{known(stranger.PublicKey())}},
		"agent that is gone":  {Agent: filepath.Join(root, "socket"), KnownHosts: []string{known(host)}},
		"key that is missing": {Keys: []string{filepath.Join(root, "key")}, KnownHosts: []string{known(host)}},
	} {
		_, err := gitrepo.New(gitrepo.Options{Cache: t.TempDir(), SSH: s}).Resolve(t.Context(), remote, "main")
		if err == nil {
			t.Errorf("%s: the repository was read", name)
		}
	}
}
