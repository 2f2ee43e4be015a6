// Command load is both ends of a benchmark: the backend behind the proxies, and the loads that wrk and h2load do not have.
//
//	load backend   -http ADDRESS -grpc ADDRESS [-size BYTES]
//	load certificates -folder DIR
//	load stream    -target ADDRESS [-connections 64] [-streams 1] [-inflight 1] [-size 128] [-rate 0] [-seconds 4]
//	load latency   -target ADDRESS -protocol http1|grpc -rate 1000 [-connections 32] [-seconds 5]
//	load handshake -target ADDRESS -ca FILE -cert FILE -key FILE [-workers 4] [-seconds 4]
//	load idle      -target ADDRESS -protocol http1|http2|grpc [-ca FILE] [-connections 1000] [-streams 1]
//	load flood     -target ADDRESS -kind NAME [-connections 4] [-seconds 5]
//
// A load prints "begin" when its measured part begins, and one JSON object when that is over. Every answer is checked.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"sync/atomic"
	"time"
)

func main() {
	if len(os.Args) < 2 {
		fail(fmt.Errorf("say what to do: backend, certificates, stream, latency, handshake, idle or flood"))
	}
	commands := map[string]func([]string) error{
		"backend": backend, "certificates": certificates, "stream": stream, "latency": latency, "handshake": handshake, "idle": idle, "flood": flood,
	}
	command, known := commands[os.Args[1]]
	if !known {
		fail(fmt.Errorf("%q is none of backend, certificates, stream, latency, handshake, idle, flood", os.Args[1]))
	}
	fail(command(os.Args[2:]))
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(1)
	}
}

// meter counts what was done in the measured part of a load, and what failed at any time.
type meter struct {
	done, failed atomic.Int64
	firstFailure atomic.Pointer[error]
	measuring    atomic.Bool
	over         atomic.Bool
}

func (m *meter) success() {
	if m.measuring.Load() {
		m.done.Add(1)
	}
}

// failure notes an error, unless the load is over and its connections are being closed.
func (m *meter) failure(err error) {
	if !m.over.Load() {
		m.failed.Add(1)
		m.firstFailure.CompareAndSwap(nil, &err)
	}
}

// run measures for a while after a warm-up and prints the result with what more there is to say.
func (m *meter) run(warm, measured time.Duration, more func(result map[string]any)) {
	time.Sleep(warm)
	fmt.Println("begin")
	begin := time.Now()
	m.measuring.Store(true)
	time.Sleep(measured)
	m.measuring.Store(false)
	seconds := time.Since(begin).Seconds()
	m.over.Store(true)
	result := map[string]any{"done": m.done.Load(), "failed": m.failed.Load(), "seconds": seconds}
	if first := m.firstFailure.Load(); first != nil {
		result["failure"] = (*first).Error()
	}
	if more != nil {
		more(result)
	}
	line, err := json.Marshal(result)
	fail(err)
	fmt.Println(string(line))
}
