// The services that the programs of all languages have in common; ../driver.ts drives them.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"
	restate "github.com/restatedev/sdk-go"
	"github.com/restatedev/sdk-go/server"
)

type entry struct {
	Key  string `json:"key"`
	Line string `json:"line"`
}

type delayedEntry struct {
	entry
	DelayMillis int64 `json:"delayMillis"`
}

type reply struct {
	ID   string `json:"id"`
	Text string `json:"text"`
}

type failures struct {
	Key   string `json:"key"`
	Count int    `json:"count"`
}

func ledgerAppend(ctx restate.Context, key, line string) (int, error) {
	return restate.Object[int](ctx, "Ledger", key, "append").Request(line)
}

var ledger = restate.NewObject("Ledger").
	Handler("append", restate.NewObjectHandler(func(ctx restate.ObjectContext, line string) (int, error) {
		lines, err := restate.Get[[]string](ctx, "lines")
		if err != nil {
			return 0, err
		}
		lines = append(lines, line)
		restate.Set(ctx, "lines", lines)
		return len(lines), nil
	})).
	Handler("lines", restate.NewObjectSharedHandler(func(ctx restate.ObjectSharedContext, _ restate.Void) ([]string, error) {
		lines, err := restate.Get[[]string](ctx, "lines")
		if lines == nil {
			lines = []string{}
		}
		return lines, err
	})).
	Handler("clear", restate.NewObjectHandler(func(ctx restate.ObjectContext, _ restate.Void) (restate.Void, error) {
		restate.ClearAll(ctx)
		return restate.Void{}, nil
	}))

var attempts = struct {
	sync.Mutex
	byKey map[string]int
}{byKey: map[string]int{}}

var workbench = restate.NewService("Workbench").
	Handler("greet", restate.NewServiceHandler(func(ctx restate.Context, name string) (string, error) {
		salutation, err := restate.Run(ctx, func(restate.RunContext) (string, error) { return "Hello", nil }, restate.WithName("salutation"))
		return fmt.Sprintf("%s, %s!", salutation, name), err
	})).
	// Three steps whose results differ each time they run: what a second run of a journaled step would show.
	Handler("trail", restate.NewServiceHandler(func(ctx restate.Context, key string) ([]string, error) {
		tokens := []string{}
		for number := range 3 {
			name := restate.WithName(fmt.Sprintf("token-%d", number))
			token, err := restate.Run(ctx, func(restate.RunContext) (string, error) { return uuid.NewString(), nil }, name)
			if err != nil {
				return nil, err
			}
			if _, err := ledgerAppend(ctx, key, token); err != nil {
				return nil, err
			}
			if err := restate.Sleep(ctx, 300*time.Millisecond); err != nil {
				return nil, err
			}
			tokens = append(tokens, token)
		}
		return tokens, nil
	})).
	Handler("nap", restate.NewServiceHandler(func(ctx restate.Context, millis int64) (string, error) {
		if err := restate.Sleep(ctx, time.Duration(millis)*time.Millisecond); err != nil {
			return "", err
		}
		return "awake", nil
	})).
	Handler("record", restate.NewServiceHandler(func(ctx restate.Context, entry entry) (int, error) {
		return ledgerAppend(ctx, entry.Key, entry.Line)
	})).
	Handler("post", restate.NewServiceHandler(func(ctx restate.Context, entry delayedEntry) (string, error) {
		delay := restate.WithDelay(time.Duration(entry.DelayMillis) * time.Millisecond)
		return restate.ObjectSend(ctx, "Ledger", entry.Key, "append").Send(entry.Line, delay).GetInvocationId(), nil
	})).
	// Writes the id of an awakeable into the ledger and waits for it.
	Handler("ask", restate.NewServiceHandler(func(ctx restate.Context, key string) (string, error) {
		awakeable := restate.Awakeable[string](ctx)
		restate.ObjectSend(ctx, "Ledger", key, "append").Send(awakeable.Id())
		answer, err := awakeable.Result()
		if err != nil {
			return "", err
		}
		return "the answer is " + answer, nil
	})).
	Handler("reply", restate.NewServiceHandler(func(ctx restate.Context, to reply) (restate.Void, error) {
		restate.ResolveAwakeable(ctx, to.ID, to.Text)
		return restate.Void{}, nil
	})).
	Handler("refuse", restate.NewServiceHandler(func(_ restate.Context, reason string) (restate.Void, error) {
		return restate.Void{}, restate.ToTerminalError(errors.New(reason), restate.WithErrorCode(418))
	})).
	// A step that fails `count` times before it succeeds; answers how often it ran.
	Handler("stubborn", restate.NewServiceHandler(func(ctx restate.Context, failures failures) (int, error) {
		return restate.Run(ctx, func(restate.RunContext) (int, error) {
			attempts.Lock()
			defer attempts.Unlock()
			attempts.byKey[failures.Key]++
			if attempts.byKey[failures.Key] <= failures.Count {
				return 0, errors.New("not yet")
			}
			return attempts.byKey[failures.Key], nil
		}, restate.WithName("stubborn"), restate.WithInitialRetryInterval(10*time.Millisecond), restate.WithMaxRetryAttempts(10))
	})).
	Handler("echo", restate.NewServiceHandler(func(ctx restate.Context, text string) (string, error) {
		return restate.Run(ctx, func(restate.RunContext) (string, error) { return text, nil }, restate.WithName("echo"))
	}))

var approval = restate.NewWorkflow("Approval").
	Handler("run", restate.NewWorkflowHandler(func(ctx restate.WorkflowContext, document string) (string, error) {
		restate.Set(ctx, "stage", "waiting")
		decision, err := restate.Promise[string](ctx, "decision").Result()
		if err != nil {
			return "", err
		}
		restate.Set(ctx, "stage", "decided")
		return fmt.Sprintf("%s: %s", document, decision), nil
	})).
	Handler("decide", restate.NewWorkflowSharedHandler(func(ctx restate.WorkflowSharedContext, decision string) (restate.Void, error) {
		if err := restate.Promise[string](ctx, "decision").Resolve(decision); err != nil {
			return restate.Void{}, err
		}
		return restate.Void{}, nil
	})).
	Handler("stage", restate.NewWorkflowSharedHandler(func(ctx restate.WorkflowSharedContext, _ restate.Void) (string, error) {
		stage, err := restate.Get[string](ctx, "stage")
		if stage == "" {
			stage = "unknown"
		}
		return stage, err
	}))

// A saga: books two parts, then waits for an hour; whoever cancels it gets both cancelled in reverse order.
func book(ctx restate.Context, key string) (string, error) {
	booked := []string{}
	err := func() error {
		for _, part := range []string{"flight", "car"} {
			booked = append(booked, part)
			if _, err := ledgerAppend(ctx, key, part+" booked"); err != nil {
				return err
			}
		}
		if err := restate.Sleep(ctx, time.Hour); err != nil {
			return err
		}
		return nil
	}()
	if err == nil || !restate.IsTerminalError(err) {
		return "travelled", err
	}
	slices.Reverse(booked)
	for _, part := range booked {
		if _, err := ledgerAppend(ctx, key, part+" cancelled"); err != nil {
			return "", err
		}
	}
	return "", err
}

var trip = restate.NewService("Trip").Handler("book", restate.NewServiceHandler(book))

func main() {
	endpoint := server.NewRestate().
		WithLogger(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}), true).
		Bidirectional(os.Getenv("BIDIRECTIONAL") != "false").
		Bind(ledger).Bind(workbench).Bind(approval).Bind(trip)
	if err := endpoint.Start(context.Background(), "127.0.0.1:"+os.Getenv("PORT")); err != nil {
		slog.Error("the endpoint ended", "error", err)
		os.Exit(1)
	}
}
