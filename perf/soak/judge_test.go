package main

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// Three connections had the client's port one after the other; only the second is the call's, and its endpoint was killed.
func TestACallIsExcusedByItsOwnLine(t *testing.T) {
	begun := time.Date(2026, 11, 22, 6, 59, 44, 513e6, time.UTC)
	log := filepath.Join(t.TempDir(), "access.log")
	lines := "2026-11-22T06:10:00.000Z 127.0.0.1:40714 - 127.0.0.1:21001 0 - 1 9 -\n" +
		"2026-11-22T06:59:44.515Z 127.0.0.1:40714 - 127.0.0.1:21020 0 - 1 9 -\n" +
		"2026-11-22T07:23:23.986Z 127.0.0.1:40714 387044 127.0.0.1:21009 0 DC 1 8 downstream_remote_disconnect\n"
	if err := os.WriteFile(log, []byte(lines), 0o600); err != nil {
		t.Fatal(err)
	}
	for port, excused := range map[int]int{21018: 1, 21008: 0} {
		j := newJudge(&fleet{kills: []killing{{port: port, at: begun.Add(10 * time.Millisecond), gone: begun.Add(12 * time.Millisecond)}}})
		c := call{kind: "TCP", id: "63095", local: "127.0.0.1:40714", begun: begun}
		j.waiting = []failure{{c, begun.Add(11 * time.Millisecond), errors.New("EOF")}}
		if err := j.settle(log); err != nil {
			t.Fatal(err)
		}
		if _, got, failed, _ := j.counts(); got != excused || failed != 1-excused {
			t.Errorf("endpoints from %d killed: %d excused, %d failed; told %v", port, got, failed, j.told)
		}
	}
}

// An endpoint that was told to die took a second for it; what was sent to it until then broke with it, what was sent later did not.
func TestAnEndpointIsKilledUntilItIsGone(t *testing.T) {
	told := time.Date(2026, 11, 22, 22, 40, 26, 0, time.UTC)
	f := &fleet{kills: []killing{{port: 21008, at: told, gone: told.Add(time.Second)}}}
	for begun, excused := range map[time.Duration]bool{-2 * time.Second: false, 900 * time.Millisecond: true, 2 * time.Second: false} {
		from := told.Add(begun)
		if got := f.killedAt(21009, from, from.Add(500*time.Millisecond)); got != excused {
			t.Errorf("a call sent %v after the kill: excused %v, want %v", begun, got, excused)
		}
	}
}
