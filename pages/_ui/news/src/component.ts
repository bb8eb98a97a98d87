// A component without a face, for pages that follow what others do: it asks whether there is news, and
// has the page run once more when there is.

import { clock } from "../../browser/clock.ts";
import { isPageInUse } from "../../browser/in_use.ts";
import { mounted, type Component, type Trigger } from "../../browser/mount.ts";
import { askStand, News } from "../../browser/news.ts";
import { Follower } from "./follower.ts";

interface NewsPage {
  address: string;
  news: number;
}

class Follow implements Component<NewsPage> {
  #trigger: Trigger = () => undefined;
  readonly #follower = new Follower(clock, isPageInUse, () => { this.#trigger("redraw", clock.now()); });
  readonly #news = new News(clock, askStand, (stand) => { this.#follower.hear(stand); });

  update({ address, news }: NewsPage, trigger: Trigger): void {
    this.#trigger = trigger;
    this.#follower.update(news);
    this.#news.update(address, news);
  }

  destroy(): void {
    this.#news.stop();
    this.#follower.stop();
  }
}

export default mounted(() => new Follow());
