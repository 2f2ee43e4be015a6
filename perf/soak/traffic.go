package main

import (
	"context"
	"crypto/tls"
	"errors"
	"math/rand/v2"
	"net"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// kind is one sort of traffic: so many workers, each of which begins a call so often.
type kind struct {
	name       string
	workers    int
	each       float64 // calls a second of each worker
	repeatable bool
	make       func(t *traffic) worker
}

// worker makes calls, one after the other.
type worker interface {
	do(c *call) error
	// close is called when there are no more calls to make for now.
	close()
}

// traffic is everything that clients do.
type traffic struct {
	mesh     *mesh
	judge    *judge
	identity tls.Certificate
	rate     float64
	calls    atomic.Int64
	over     chan struct{}
	running  sync.WaitGroup
}

// begin starts all kinds.
func (t *traffic) begin() {
	t.over = make(chan struct{})
	for _, k := range kinds {
		for range k.workers {
			t.running.Add(1)
			go t.work(k)
		}
	}
}

// end returns when all that was under way has come to its end and every connection is closed.
func (t *traffic) end() {
	close(t.over)
	t.running.Wait()
}

func (t *traffic) ending() bool {
	select {
	case <-t.over:
		return true
	default:
		return false
	}
}

// pause waits, and says whether to go on.
func (t *traffic) pause(d time.Duration) bool {
	select {
	case <-t.over:
		return false
	case <-time.After(d):
		return true
	}
}

func (t *traffic) work(k kind) {
	defer t.running.Done()
	w := k.make(t)
	defer w.close()
	interval := time.Duration(float64(time.Second) / (k.each * t.rate))
	for t.pause(time.Duration((0.5 + rand.Float64()) * float64(interval))) {
		c := &call{kind: k.name, repeatable: k.repeatable, begun: time.Now()}
		c.id = strconv.FormatInt(t.calls.Add(1), 10)
		if err := w.do(c); err != errNotNow {
			t.judge.over(c, err)
		}
	}
}

// errNotNow says that there was no call to make.
var errNotNow = errors.New("not now")

func (t *traffic) dialer(c *call, listener string) func(context.Context, string) (net.Conn, error) {
	return func(context.Context, string) (net.Conn, error) {
		raw, err := t.dial(listener, "h2")
		if err == nil {
			c.local = raw.LocalAddr().String()
		}
		return raw, err
	}
}

const kib, mib = 1 << 10, 1 << 20

var kinds = []kind{
	{"http1 GET", 8, 5, true, get("http", 50, 4*kib)},
	{"http1 GET 64 KiB", 2, 4, true, get("http", 50, 64*kib)},
	{"http1 GET 3 MiB", 1, 0.7, true, get("http", 10, 3*mib)},
	{"http1 POST", 4, 5, true, post("http", "hash", 2*kib, false)},
	{"http1 POST 60 KiB, echoed", 2, 3, true, post("http", "echo", 60*kib, false)},
	{"http1 POST 200 KiB in chunks, echoed", 1, 2, false, post("http", "echo", 200*kib, true)},
	{"http1 POST 4 MiB", 1, 0.5, false, post("http", "hash", 4*mib, false)},
	{"http1 slow reader, 2 MiB", 3, 1, true, slowly("http", 2*mib, 1500*time.Millisecond)},
	{"tls http1 GET", 4, 5, true, get("tls", 10, 4*kib)},
	{"tls http1 POST 4 MiB", 1, 0.3, false, post("tls", "hash", 4*mib, false)},
	{"mtls http1 GET", 2, 5, true, get("mtls", 10, 16*kib)},
	{"listener that goes, slow GET", 2, 2, true, passing(slowly("extra", 256*kib, 2500*time.Millisecond))},
	{"http2 GET", 4, 5, true, get2("http", 100, 4*kib)},
	{"http2 POST 3 MiB", 1, 0.4, false, post2("http", "hash", 3*mib)},
	{"http2 POST 300 KiB, echoed", 1, 2, false, post2("http", "echo", 300*kib)},
	{"tls http2 GET", 3, 5, true, get2("tls", 20, 16*kib)},
	{"mtls http2 GET", 2, 5, true, get2("mtls", 20, 4*kib)},
	{"mtls http2 POST 1 MiB", 1, 0.5, false, post2("mtls", "hash", mib)},
	{"gRPC unary", 6, 8, true, unary("http")},
	{"tls gRPC unary", 2, 8, true, unary("tls")},
	{"gRPC stream", 12, 1, false, streams("http")},
	{"mtls gRPC stream", 4, 1, false, streams("mtls")},
	{"TCP echo", 4, 1, false, talk},
	{"TCP 512 KiB and half-close", 1, 0.5, false, halfClose},
	{"WebSocket", 3, 1, false, webSocket},
	{"clients that go away", 4, 3, false, gone},
}
