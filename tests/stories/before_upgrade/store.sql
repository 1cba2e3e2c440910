BEGIN TRANSACTION;
CREATE TABLE adoptions (
	number INTEGER NOT NULL, 
	"key" TEXT NOT NULL, 
	entry_id TEXT NOT NULL, 
	"before" TEXT NOT NULL, 
	PRIMARY KEY (number, "key")
)
 WITHOUT ROWID

;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0008');
CREATE TABLE attachments (
	path TEXT NOT NULL, 
	entry_id TEXT NOT NULL, 
	PRIMARY KEY (path, entry_id)
)
 WITHOUT ROWID

;
CREATE TABLE entries (
	id TEXT NOT NULL, 
	permalink TEXT NOT NULL, 
	title TEXT NOT NULL, 
	summary TEXT NOT NULL, 
	content_html TEXT NOT NULL, 
	published VARCHAR NOT NULL, 
	updated VARCHAR NOT NULL, 
	language VARCHAR NOT NULL, 
	terms TEXT NOT NULL, 
	digest VARCHAR NOT NULL, more TEXT DEFAULT '' NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "entries" VALUES('tag:ex.org,2026:/admon/a','https://ex.org/posts/admon/a/','admon a','!!! warning W !!! note "" no title ??? info "折叠" 内容 - a - b !!! Attention everybody item !!! tip in list === "A" aa === "B" bb Title','<p>!!! warning
W</p>
<p>!!! note ""
no title</p>
<p>??? info "折叠"
内容</p>
<pre><code>- a
- b
</code></pre>
<p>!!! Attention everybody</p>
<ul>
<li>
<p>item</p>
<p>!!! tip
in list</p>
</li>
</ul>
<p>=== "A"</p>
<pre><code>aa
</code></pre>
<p>=== "B"</p>
<pre><code>bb
</code></pre>
<h1>Title</h1>','2026-01-09T00:00:00+08:00','2026-01-09T00:00:00+08:00','en','[[], [], [["Me", "", ""]]]','c2f1fd61502fd2f8dbe3c23e67dcbbc50e05d3ba533ffa21c48d16ccd22cc037','');
INSERT INTO "entries" VALUES('tag:ex.org,2026:/admon2/a','https://ex.org/posts/admon2/a/','admon2 a',':::tip[My tip] Body b ::: ::::note :::warning nested ::: :::: :::info 标题 内容 ::: :::unknown keep ::: :::note code ::: text ::: here :::note unclosed','<p>:::tip[My <em>tip</em>]
Body <strong>b</strong>
:::</p>
<p>::::note
:::warning
nested
:::
::::</p>
<p>:::info 标题
内容
:::</p>
<p>:::unknown
keep
:::</p>
<pre><code>:::note
code
:::
</code></pre>
<p>text ::: here</p>
<p>:::note
unclosed</p>','2026-01-10T00:00:00+08:00','2026-01-10T00:00:00+08:00','en','[[], [], [["Me", "", ""]]]','485a81b5d4137b458a98ec3a1b861107ca16af914443e4436c06cf66426ee3a4','');
INSERT INTO "entries" VALUES('tag:ex.org,2026:/hidden/a','https://ex.org/posts/hidden/a/','hidden a','a b c d e fg st md Last unclosed more','<p>a</p><p>b</p><div><p>c</p><div>d</div></div>e fg <img src="https://ex.org/i.png"> <details><summary>s</summary>t</details>
<div>
<p><strong>md</strong> <img src="https://ex.org/y.png" alt="x"></p>
</div>
<p>Last <span>unclosed</span></p>
<p>more</p>','2026-01-14T00:00:00+08:00','2026-01-14T00:00:00+08:00','en','[[], [], [["Me", "", ""]]]','25007ac0d8b8ce14f2ab69920fa0de9bd84b36a002b5aa623a66366c9fb64e9e','');
INSERT INTO "entries" VALUES('tag:ex.org,2026:/kramdown/a','https://ex.org/posts/kramdown/a/','kramdown a','{: .icon width="70"} A. {: style="x"} **bold** in div note^[inline note] :tada: ==mark== x *[HTML]: Hyper HTML is Term : Def $$a^2$$','<p><img src="https://x.example/c.png" alt="c">{:
.icon width="70"} A.</p>
<p>{:
style="x"}</p>
<div>
**bold** in div
</div>
<p>note^[inline <em>note</em>] :tada: ==mark== x</p>
<p>*[HTML]: Hyper</p>
<p>HTML is</p>
<p>Term
: Def</p>
<p>$$a^2$$</p>','2026-01-04T00:00:00+08:00','2026-01-04T00:00:00+08:00','en','[[], [], [["Me", "", ""]]]','1961ecf6e153ee1bd7b3768d9138e6a03809fe889ca23aa8aa1a4f82256448a7','');
INSERT INTO "entries" VALUES('tag:ex.org,2026:/links/one','https://ex.org/posts/links/one/','links o','Two W h nope draft two m e abs http html d no self r raw','<p>Two W h nope draft two <a href="https://ex.org/posts/links/one/sub/my%20note.md">m</a> <a href="https://ex.org/posts/links/one/sub/my%20note.md#f">e</a> <a href="https://ex.org/sub/three.md">abs</a> <a href="https://x.example/two.md">http</a> <a href="https://ex.org/posts/links/one/two.html">html</a> <a href="https://ex.org/posts/links/one/draft.md">d</a> <a href="https://ex.org/posts/links/one/nope.md">no</a> <a href="https://ex.org/posts/links/one/one.md">self</a> <a href="https://ex.org/posts/links/one/two.md" title="T">r</a> <a href="https://ex.org/posts/links/one/sub/three.md">raw</a></p>','2026-01-27T00:00:00+08:00','2026-01-27T00:00:00+08:00','en','[[], [], [["Me", "", ""]]]','b72ec118d31225cbc007b71943e4338e5a0108523b7f023da076c6a8659196e1','');
INSERT INTO "entries" VALUES('tag:ex.org,2026:/links/sub/my%20note','https://ex.org/posts/links/sub/my%20note/','links s','x','<p>x</p>','2026-01-02T00:00:00+08:00','2026-01-02T00:00:00+08:00','en','[[], [], [["Me", "", ""]]]','7711ea637fe44d0c56b37f0441bbe49a211e09738318947602f1dc900d5c6c24','');
INSERT INTO "entries" VALUES('tag:ex.org,2026:/links/sub/three','https://ex.org/posts/links/sub/three/','links s','up sib One','<p><a href="https://ex.org/posts/links/sub/two.md">up</a> <a href="https://ex.org/posts/links/sub/three/my%20note.md">sib</a> One</p>','2026-01-01T00:00:00+08:00','2026-01-01T00:00:00+08:00','en','[[], [], [["Me", "", ""]]]','4b25794065571874d59778482e85766447d70ab865fb88f3e0af032f5b41852b','');
INSERT INTO "entries" VALUES('tag:ex.org,2026:/links/two','https://ex.org/second/','Two','one','<p><a href="https://ex.org/second/one.md">one</a></p>','2026-01-01T00:00:00+08:00','2026-01-01T00:00:00+08:00','en','[[], [], [["Me", "", ""]]]','5e00dc21954d160979b78565ae64d87e89cf72da378f2d05e9697b5353b5acae','');
INSERT INTO "entries" VALUES('tag:ex.org,2026:/liquid/a','https://ex.org/posts/liquid/a/','Tea & me','V {{ v }} p {{ p }} pv t s u q f {{ ''a'' | upcase }}. yesno un ABC {{ p.title }} {::comment}secret2{:/comment}{{ kept }} {{ code }} x: ${{ secrets.A }} l [m]({{ x.y }}) <{{ z }}> raw gone {{ unclosed…','<p>V {{ v }} p {{ p }} pv  t  s  u  q  f {{ ''a'' | upcase }}.</p>
<p>yesno un ABC</p>
<ul>
<li>{{ p.title }}</li>
</ul>
<p>{::comment}secret2{:/comment}{{ kept }} <code>{{ code }}</code></p>
<pre><code class="language-yaml">x: ${{ secrets.A }}
</code></pre>
<p><a href="https://ex.org/a">l</a> [m]({{ x.y }}) &lt;{{ z }}&gt; <img src="https://ex.org/img/a.png" alt="i"> <a href="https://ex.org/p">raw</a> <a href="https://ex.org/posts/liquid/a/{{%20nope%20}}">gone</a>  {{ unclosed</p>
<p>cap{{ c }}</p>','2026-01-01T00:00:00+08:00','2026-01-01T00:00:00+08:00','en','[[], [], [["Me", "", ""]]]','43ba3ff7a8c91bcff7ec4f350d53972649db53306e128e85c9623397d2b951f0','');
INSERT INTO "entries" VALUES('tag:ex.org,2026:/more/a','https://ex.org/posts/more/a/','more a','First. Second <!--more-->.','<p>First.</p>

<p><strong>Second</strong> <code>&lt;!--more--&gt;</code>.</p>','2026-01-01T00:00:00+08:00','2026-01-01T00:00:00+08:00','en','[[], [], [["Me", "", ""]]]','a670c0743288945aba18eb383225394f7a6e5c1bae469c56ef45c3df8315a6ec','');
INSERT INTO "entries" VALUES('tag:ex.org,2026:/more/b','https://ex.org/posts/more/b/','more b','One','<p>One two <strong>b</strong>.</p>','2026-01-05T00:00:00+08:00','2026-01-05T00:00:00+08:00','en','[[], [], [["Me", "", ""]]]','bf5b04fb83b22739ce1911f93cc096c8799fc92705b50bcfce193457872e6880','');
INSERT INTO "entries" VALUES('tag:ex.org,2026:/more/c','https://ex.org/posts/more/c/','more c','A B *b* C','<p>A</p>
B *b*
<p>C</p>','2026-01-06T00:00:00+08:00','2026-01-06T00:00:00+08:00','en','[[], [], [["Me", "", ""]]]','a25a46063a1b6f0f531afc32f344ed6b67e0549b5a8f5f3a0ff0c2a0186042e4','');
INSERT INTO "entries" VALUES('tag:ex.org,2026:/nobody/a','https://ex.org/posts/nobody/a/','nobody a','Desc **b**.','','2026-01-01T00:00:00+08:00','2026-01-01T00:00:00+08:00','en','[[], [], [["Me", "", ""]]]','81b775f17b1f2fab820a9a66de8add57dbe09e22b80800e4e681d4431d05ab68','');
INSERT INTO "entries" VALUES('tag:ex.org,2026:/nobody/b','https://ex.org/posts/nobody/b/','T2','','','2026-01-01T00:00:00+08:00','2026-01-01T00:00:00+08:00','en','[[], [], [["Me", "", ""]]]','3cd2ee6a45427a395f0e53e04f78696f5fc877aba6dcae8cc39786bc53088c72','');
INSERT INTO "entries" VALUES('tag:ex.org,2026:/nobody/c','https://ex.org/posts/nobody/c/','T3','D3','','2026-01-01T00:00:00+08:00','2026-01-01T00:00:00+08:00','en','[[], [], [["Me", "", ""]]]','766b62774f623b2f391bb85587e0186258baf71c76754af0543366453e1840f3','');
INSERT INTO "entries" VALUES('tag:ex.org,2026:/schemes/a','https://ex.org/posts/schemes/a/','schemes a','a b c d e f g h i j ftp://auto.example/x l m n','<p><a>a</a> <a>b</a> <a href="https://ex.org/posts/schemes/a/java%0Ascript:x">c</a> <a>d</a> <a>e</a> <a>f</a> <a>g</a> <a href="tel:1">h</a> <a>i</a> <a>j</a>  <a>ftp://auto.example/x</a> <a>l</a> <a>m</a> <a>n</a></p>','2026-01-15T00:00:00+08:00','2026-01-15T00:00:00+08:00','en','[[], [], [["Me", "", ""]]]','4506fe98e261b2bd65df3af027a29565426aca39461e40608788c62c2528450f','');
INSERT INTO "entries" VALUES('tag:ex.org,2026:/shortcodes/a','https://ex.org/posts/shortcodes/a/','shortcodes a','A . B . C quoted text. D . E . F .','<p>A . B . C quoted <em>text</em>. D . E . F .</p>','2026-01-08T00:00:00+08:00','2026-01-08T00:00:00+08:00','en','[[], [], [["Me", "", ""]]]','a88ed6ea7ea855ca304e127aa909cf790fface8b63990316c8a1b731e77ace95','');
INSERT INTO "entries" VALUES('tag:ex.org,2026:/summary/a','https://ex.org/posts/summary/a/','summary a','The talk by Prof. Li on Jan. 3 at approx. 9 a.m. in St. Gallen about e.g. tea cost 3.14 euros and was, i.e. so to speak, attended by Dr. Who et al.','<p>The talk by Prof. Li on Jan. 3 at approx. 9 a.m. in St. Gallen about e.g. tea cost 3.14 euros and was, i.e. so to speak, attended by Dr. Who et al. and many others who came a long way to hear it, although it rained a lot. The next sentence is long enough to be cut.</p>','2026-01-19T00:00:00+08:00','2026-01-19T00:00:00+08:00','en','[[], [], [["Me", "", ""]]]','6588060dc5c0996f4b82a984865cd21ba3a04456014fa8b2d6c92416d3ff8793','');
INSERT INTO "entries" VALUES('tag:ex.org,2026:/summary/b','https://ex.org/posts/summary/b/','summary b','目录 一 二 正文在这里。','<p>目录</p>
<ul>
<li><a href="https://ex.org/posts/summary/b/#%E4%B8%80">一</a></li>
<li><a href="https://ex.org/posts/summary/b/#%E4%BA%8C">二</a></li>
</ul>
<p>正文在这里。</p>','2026-01-20T00:00:00+08:00','2026-01-20T00:00:00+08:00','en','[[], [], [["Me", "", ""]]]','7ef1c6e04834a3802965c64f9f1a246a7f274a044310917fd22448273bb90fe4','');
INSERT INTO "entries" VALUES('tag:ex.org,2026:/summary/e','https://ex.org/posts/summary/e/','summary e','Caption Real text.','<figure><img src="https://ex.org/a.png"><figcaption>Caption</figcaption></figure>
<p>Real text.</p>','2026-01-21T00:00:00+08:00','2026-01-21T00:00:00+08:00','en','[[], [], [["Me", "", ""]]]','65f801a89306b31369f547e2a4880275fdf7e96ffd0db99d6ab5e53766753eaf','');
INSERT INTO "entries" VALUES('tag:ex.org,2026:/tex/a','https://ex.org/posts/tex/a/','tex a','Escaped [x], $$a_b$$ and (y) $x^2$ f(x). $$\frac{a}{b} = c$$ $$E = mc^2$$ $5 and $6, $x^2$ $$ a $$','<p>Escaped [x], $$a_b$$ and (y) $x^2$ f(x).</p>
<p>$$\frac{a}{b} = c$$</p>
<p>$$E = mc^2$$</p>
<p>$5 and $6, $x^2$</p>
<p>$$
a
$$</p>','2026-01-03T00:00:00+08:00','2026-01-03T00:00:00+08:00','en','[[], [], [["Me", "", ""]]]','70e0ef29cfd65c201615d5b80a1a052c621c8dbd68d4ca0b1da0c9cc34b41c70','');
INSERT INTO "entries" VALUES('tag:ex.org,2026:/tilde1/a','https://ex.org/posts/tilde1/a/','tilde1 a','10~20 人 ~100 567 3~5天 a~b 1~2 ~~~ code x foo~~bar~~baz ~ ~~ a ~~ b~~c~~~d~~~','<ul>
<li>10~20 人</li>
<li>~100</li>
</ul>
<blockquote>
<p>5<del>6</del>7</p>
</blockquote>
<p><strong>3~5</strong>天 <code>a~b</code> <a href="https://ex.org/x~y/z~">1~2</a> ~~~
code <del>x</del></p>
<pre><code>
foo~~bar~~baz ~ ~~ a ~~ b~~c~~~d~~~</code></pre>','2026-01-01T00:00:00+08:00','2026-01-01T00:00:00+08:00','en','[[], [], [["Me", "", ""]]]','05167d731a8bc7e5430ca23f58028052583a5f4282ec8342745d6b07a1ea17f1','');
INSERT INTO "entries" VALUES('tag:ex.org,2026:/title-once/a','https://ex.org/posts/title-once/a/','Hello, World!','hello world Text.','<h1>hello world</h1>
<p>Text.</p>','2026-01-01T00:00:00+08:00','2026-01-01T00:00:00+08:00','en','[[], [], [["Me", "", ""]]]','061c3a3e84b8df73e0400c9a01dbca3fc0da16b7dc1c607d0ea3084af8e90d94','');
INSERT INTO "entries" VALUES('tag:ex.org,2026:/title-once/b','https://ex.org/posts/title-once/b/','你好，世界','你好世界 正文。','<h1>你好世界</h1>
<p>正文。</p>','2026-01-01T00:00:00+08:00','2026-01-01T00:00:00+08:00','en','[[], [], [["Me", "", ""]]]','bd1d3df856dced2dc1cf4ba3c78e882dcbe9438fe56480ded13ec89b3149bd17','');
INSERT INTO "entries" VALUES('tag:ex.org,2026:/title-once/c','https://ex.org/posts/title-once/c/','A &amp; B','A & B Text','<h1>A &amp; B</h1>
<p>Text</p>','2026-01-01T00:00:00+08:00','2026-01-01T00:00:00+08:00','en','[[], [], [["Me", "", ""]]]','c0730fc9d46cdeb3fa593c7375ace97602054fe2d4a5c47596a6809bef4e25dd','');
INSERT INTO "entries" VALUES('tag:ex.org,2026:/titles/0','https://ex.org/posts/titles/0/','Tea &amp; cake &mdash; x','x','<p>x</p>','2026-01-01T00:00:00+08:00','2026-01-01T00:00:00+08:00','en','[[], [], [["Me", "", ""]]]','f50664c4ebfaac8dacbd77b52370353421265cf80a62a35e8f2b604788849d6f','');
INSERT INTO "entries" VALUES('tag:ex.org,2026:/titles/1','https://ex.org/posts/titles/1/','**Bold** and `code`','x','<p>x</p>','2026-01-01T00:00:00+08:00','2026-01-01T00:00:00+08:00','en','[[], [], [["Me", "", ""]]]','e4e1671107c38465224373f7131baa94a20b67ffc2299a05fa3c96808162607f','');
INSERT INTO "entries" VALUES('tag:ex.org,2026:/titles/2','https://ex.org/posts/titles/2/','[link](https://x.example)','x','<p>x</p>','2026-01-01T00:00:00+08:00','2026-01-01T00:00:00+08:00','en','[[], [], [["Me", "", ""]]]','93f87d1eb7035fda5a82d8731814d008561366a5b4e39bf4c3aa7a1509d81dfc','');
INSERT INTO "entries" VALUES('tag:ex.org,2026:/titles/5','https://ex.org/posts/titles/5/','C<T> and <em>x</em>','x','<p>x</p>','2026-01-01T00:00:00+08:00','2026-01-01T00:00:00+08:00','en','[[], [], [["Me", "", ""]]]','136f1790533a0a4dd1c33c754b2ff807a5a06fa2b9698782578bd369ee15bf2b','');
INSERT INTO "entries" VALUES('tag:ex.org,2026:/wiki-ref/a','https://ex.org/posts/wiki-ref/a/','wiki-ref a','See Bug > 1 and y arr[[0]] 0 (2,3) heading [Bug #1]','<p>See Bug  &gt; 1 and y arr[[0]] 0 (2,3) heading [<a href="https://b.example">Bug #1</a>]</p>','2026-01-02T00:00:00+08:00','2026-01-02T00:00:00+08:00','en','[[], [], [["Me", "", ""]]]','cd3539cc67e9adcc782857df7298d9ed2d4d8901a75062852b566a5800a21ff7','');
INSERT INTO "entries" VALUES('tag:ex.org,2026:/wp/a','https://ex.org/posts/wp/a/','wp a','[caption id="a" width="300"] My cap[/caption] [youtube https://www.youtube.com/watch?v=abc] [gallery ids="1,2"] [embed]https://x.example/v[/embed] [code lang="php"][/code] [audio…','<p>[caption id="a" width="300"]<img src="https://ex.org/a.png" alt="x"> My cap[/caption]</p>
<p>[youtube https://www.youtube.com/watch?v=abc]</p>
<p>[gallery ids="1,2"]</p>
<p>[embed]<a href="https://x.example/v%5B/embed%5D">https://x.example/v[/embed]</a></p>
<p>[code lang="php"][/code]</p>
<p>[audio mp3="https://x.example/a.mp3"]</p>
<p>[quote]not a shortcode[/quote] [caption]</p>','2026-01-05T00:00:00+08:00','2026-01-05T00:00:00+08:00','en','[[], [], [["Me", "", ""]]]','dd012154dea847d0231a506c10168d5849b08de2da6bfdd3d6931f2ea15f9caf','');
CREATE TABLE facts (
	name VARCHAR NOT NULL, 
	value TEXT NOT NULL, 
	PRIMARY KEY (name)
);
INSERT INTO "facts" VALUES('generator','');
INSERT INTO "facts" VALUES('opml_changed_at','1795929939');
INSERT INTO "facts" VALUES('opml_digest','2119d28f7d9dc01a182e45896b36f9d53db1db55276462b8a79845a2eaea138f');
INSERT INTO "facts" VALUES('renderer','3');
INSERT INTO "facts" VALUES('revision','1');
INSERT INTO "facts" VALUES('site','{"author": "Me", "content": "full", "contents": [], "email": "", "entries": 20, "hubs": [], "language": "en", "max_bytes": 524288, "pages": false, "rules": {"authors": [], "categories": "hexo", "category_aliases": [], "dialect": "auto", "encoding": "utf-8", "encrypted": "hidden", "generator": "", "gone": [], "harmless_keys": [], "id_is_guid": false, "languages": ["ar", "bn", "de", "el", "en", "es", "fa", "fi", "fr", "he", "hi", "hu", "ja", "ko", "nl", "pl", "pt", "ro", "ru", "sv", "th", "tr", "uk", "vi", "zh"], "lead_image": false, "permalink": "/posts/:key/", "tag_aliases": [], "tag_redirects": [], "tag_separators": ",，、;；", "updated": "front-matter"}, "subtitle": "", "tag_authority": "ex.org,2026", "timezone": "Asia/Shanghai", "title": "Site", "url": "https://ex.org"}');
CREATE TABLE feeds (
	number INTEGER NOT NULL, 
	path TEXT NOT NULL, 
	kind VARCHAR NOT NULL, 
	names TEXT NOT NULL, 
	entries INTEGER NOT NULL, 
	digest VARCHAR NOT NULL, 
	changed_at BIGINT NOT NULL, moved_in BIGINT DEFAULT '0' NOT NULL, 
	PRIMARY KEY (number), 
	UNIQUE (path)
);
INSERT INTO "feeds" VALUES(1,'','site','[]',31,'b1aaad24f70682530d1ee7bbaa5aa9182396f5bc3a442e53c7f9bcdb4fd707cd',1795929939,1);
INSERT INTO "feeds" VALUES(2,'authors/Me','author','["Me"]',31,'9d2b201d69c65f12b2dc9ebf771897b6e296857962b3a4f2832bdcedeee0ca60',1795929939,1);
INSERT INTO "feeds" VALUES(3,'lang/en','language','["en"]',31,'7c1307979d3e9e1799e799a9b92271d5eb5aef1b1ca817ef3f89893e9353e531',1795929939,1);
CREATE TABLE files (
	path TEXT NOT NULL, 
	size BIGINT NOT NULL, 
	mtime_ns BIGINT NOT NULL, 
	ctime_ns BIGINT NOT NULL, 
	inode BIGINT NOT NULL, 
	digest VARCHAR NOT NULL, 
	state VARCHAR NOT NULL, 
	entry_id TEXT, 
	"key" TEXT NOT NULL, 
	wants TEXT NOT NULL, 
	due_at BIGINT, 
	missing_since BIGINT, 
	problems TEXT NOT NULL, measured TEXT DEFAULT '' NOT NULL, passed_at BIGINT, ends_at BIGINT, hidden_by TEXT DEFAULT '' NOT NULL, hides_key TEXT DEFAULT '' NOT NULL, hides_title VARCHAR DEFAULT '' NOT NULL, hides_body VARCHAR DEFAULT '' NOT NULL, hides_date VARCHAR DEFAULT '' NOT NULL, 
	PRIMARY KEY (path)
);
INSERT INTO "files" VALUES('links/draft.md',47,1795929937448991743,1795929937448991743,5768113,'3a2f3baf8fd7bf38d35cb9311dce604b56ab8a69a1a90f7494daf7153b1e7753','draft',NULL,'','',NULL,NULL,'','',NULL,NULL,'draft','path:links/draft','3f39d5c348e5b79d06e842c114e6cc57','','2026-01-01T00:00:00+08:00');
INSERT INTO "files" VALUES('props/a.md',129,1795929937447378149,1795929937447378149,5767921,'1095036fd4af42a89950810bad40f44835ffe9f110a19bbfa294110d2b4e8266','refused',NULL,'','',NULL,NULL,'[[3, "date: ''[[2026-01-06]]'' cannot be used: it is not a date", "write 2026-03-01 or 2026-03-01 09:30:00 or 2026-03-01T09:30:00+08:00", true, "date", 7, "''[[2026-01-06]]''"]]','',NULL,NULL,'','','','','');
INSERT INTO "files" VALUES('admon/a.md',238,1795929937445516525,1795929937445516525,5767601,'3e663910cf1abd01d0f25fabad502085d6b0a4a4672362cde4820ecd2d5f643f','published','tag:ex.org,2026:/admon/a','path:admon/a','',NULL,NULL,'','',1767888000000000,NULL,'','','','','');
INSERT INTO "files" VALUES('admon2/a.md',216,1795929937445655552,1795929937445655552,5767633,'eed9cbc81bc695455fd5b19a86c5ff14a2fd193ff6737f5ba4ac3e442c0b2716','published','tag:ex.org,2026:/admon2/a','path:admon2/a','',NULL,NULL,'','',1767974400000000,NULL,'','','','','');
INSERT INTO "files" VALUES('hidden/a.md',345,1795929937446141085,1795929937446141085,5767729,'71320ab450cf7ff32005969a0037abdcc8f2b26600fa6ff5217faf8ad13099ae','published','tag:ex.org,2026:/hidden/a','path:hidden/a','',NULL,NULL,'','',1768320000000000,NULL,'','','','','');
INSERT INTO "files" VALUES('kramdown/a.md',248,1795929937453463165,1795929937453463165,5768145,'01dc3b3ebb9b29ce8586aeadf00cb212b619a36c64fe67222299d25e9cf80706','published','tag:ex.org,2026:/kramdown/a','path:kramdown/a','',NULL,NULL,'','',1767456000000000,NULL,'','','','','');
INSERT INTO "files" VALUES('links/one.md',322,1795929937448271590,1795929937448271590,5768033,'f6b1ff967c72d0c013c9bae2660660d4f714b2eab20d65851e6d8773e46c91f0','published','tag:ex.org,2026:/links/one','path:links/one','',NULL,NULL,'','',1769443200000000,NULL,'','','','','');
INSERT INTO "files" VALUES('links/sub/my note.md',41,1795929937448842410,1795929937448842410,5768097,'b8e121618f232933126bfc5b56d1c05fad2acc6aea1ba95c3726807d4be91474','published','tag:ex.org,2026:/links/sub/my%20note','path:links/sub/my note','',NULL,NULL,'','',1767283200000000,NULL,'','','','','');
INSERT INTO "files" VALUES('links/sub/three.md',85,1795929937448685987,1795929937448685987,5768081,'5ddeed18298e087e69dc1b7c1d76c381a4b338db0dba12d1403089c89b28a019','published','tag:ex.org,2026:/links/sub/three','path:links/sub/three','',NULL,NULL,'','',1767196800000000,NULL,'','','','','');
INSERT INTO "files" VALUES('links/two.md',69,1795929937448414473,1795929937448414473,5768049,'253cb353e8f46a581321096bbf4d81725f29517b6477d0c212b9c0d8ddacd95b','published','tag:ex.org,2026:/links/two','path:links/two','',NULL,NULL,'','',1767196800000000,NULL,'','','','','');
INSERT INTO "files" VALUES('liquid/a.md',854,1795929937445258661,1795929937445258661,5767537,'8def2db4f07c8451f51ce3bd5e7b4b249388fe4f77390a3fce3544998379f4c4','published','tag:ex.org,2026:/liquid/a','path:liquid/a','',NULL,NULL,'[[7, "the tag ''assign'' is unknown and is left out", "replace it with what it should show", false, "unknown-tag", 1, "{% assign v = ''3.0'' %}"], [7, "the tag ''assign'' is unknown and is left out", "replace it with what it should show", false, "unknown-tag", 23, "{% assign p = page.version %}"], [7, "the tag ''page.version'' is unknown and is left out", "replace it with what it should show", false, "unknown-tag", 75, "{{ page.version }}"], [7, "the tag ''page.title'' is unknown and is left out", "replace it with what it should show", false, "unknown-tag", 96, "{{ page.title }}"], [7, "the tag ''site.title'' is unknown and is left out", "replace it with what it should show", false, "unknown-tag", 115, "{{ site.title }}"], [7, "the tag ''page.url'' is unknown and is left out", "replace it with what it should show", false, "unknown-tag", 148, "{{ page.url }}"], [7, "the tag ''site.data.x.y'' is unknown and is left out", "replace it with what it should show", false, "unknown-tag", 165, "{{ site.data.x.y }}"], [9, "the tag ''if'' is unknown and is left out", "replace it with what it should show", false, "unknown-tag", 1, "{% if page.version %}"], [9, "the tag ''else'' is unknown and is left out", "replace it with what it should show", false, "unknown-tag", 25, "{% else %}"], [9, "the tag ''endif'' is unknown and is left out", "replace it with what it should show", false, "unknown-tag", 37, "{% endif %}"], [9, "the tag ''unless'' is unknown and is left out", "replace it with what it should show", false, "unknown-tag", 49, "{% unless page.foo %}"], [9, "the tag ''endunless'' is unknown and is left out", "replace it with what it should show", false, "unknown-tag", 72, "{% endunless %}"], [9, "the tag ''if'' is unknown and is left out", "replace it with what it should show", false, "unknown-tag", 88, "{% if site.data.q == 1 %}"], [9, "the tag ''elsif'' is unknown and is left out", "replace it with what it should show", false, "unknown-tag", 114, "{% elsif x %}"], [9, "the tag ''else'' is unknown and is left out", "replace it with what it should show", false, "unknown-tag", 128, "{% else %}"], [9, "the tag ''endif'' is unknown and is left out", "replace it with what it should show", false, "unknown-tag", 139, "{% endif %}"], [11, "the tag ''for'' is unknown and is left out", "replace it with what it should show", false, "unknown-tag", 1, "{% for p in site.posts %}"], [12, "the tag ''endfor'' is unknown and is left out", "replace it with what it should show", false, "unknown-tag", 1, "{% endfor %}"], [20, "the tag ''include'' is unknown and is left out", "replace it with what it should show", false, "unknown-tag", 157, "{%- include foo.html -%}"], [22, "the tag ''capture'' is unknown and is left out", "replace it with what it should show", false, "unknown-tag", 1, "{% capture c %}"], [22, "the tag ''endcapture'' is unknown and is left out", "replace it with what it should show", false, "unknown-tag", 19, "{% endcapture %}"]]','',1767196800000000,NULL,'','','','','');
INSERT INTO "files" VALUES('more/a.md',117,1795929937444969209,1795929937444969209,5767477,'458cab2635fbd4fd338f286f4ef77aff4abc0cc5fc878dc4d9cb37513b78a5c5','published','tag:ex.org,2026:/more/a','path:more/a','',NULL,NULL,'','',1767196800000000,NULL,'','','','','');
INSERT INTO "files" VALUES('more/b.md',64,1795929937445028928,1795929937445028928,5767492,'6012075592fbfbab0cf6f62ed21b3d71033cd0b1d591c367813be771d78e077c','published','tag:ex.org,2026:/more/b','path:more/b','',NULL,NULL,'','',1767542400000000,NULL,'','','','','');
INSERT INTO "files" VALUES('more/c.md',74,1795929937445076019,1795929937445076019,5767505,'07a924f3f1f0a37b3ae6fb59a09ab3b3bd373daff9219287b0f92fe04d8e8c7a','published','tag:ex.org,2026:/more/c','path:more/c','',NULL,NULL,'','',1767628800000000,NULL,'','','','','');
INSERT INTO "files" VALUES('nobody/a.md',66,1795929937446513871,1795929937446513871,5767793,'ead7001288622722b2db34b451a91419f7c9bab0321430bfd35aaadfd54bdab7','published','tag:ex.org,2026:/nobody/a','path:nobody/a','',NULL,NULL,'','',1767196800000000,NULL,'','','','','');
INSERT INTO "files" VALUES('nobody/b.md',35,1795929937446619108,1795929937446619108,5767809,'9c80925f78faa4ee36e6986afb8b301777473da8069f0764ac2eeff68faf6eae','published','tag:ex.org,2026:/nobody/b','path:nobody/b','',NULL,NULL,'','',1767196800000000,NULL,'','','','','');
INSERT INTO "files" VALUES('nobody/c.md',66,1795929937446719677,1795929937446719677,5767825,'1b3115c8663469830aeab749efe32cc3304cf0e6370bea40aa9005db6fc1eb0d','published','tag:ex.org,2026:/nobody/c','path:nobody/c','',NULL,NULL,'','',1767196800000000,NULL,'','','','','');
INSERT INTO "files" VALUES('schemes/a.md',314,1795929937446321084,1795929937446321084,5767761,'b731558468db364d50b383a5a68c8c4bdbca478999a1d69e52c828c3be5c4db6','published','tag:ex.org,2026:/schemes/a','path:schemes/a','',NULL,NULL,'','',1768406400000000,NULL,'','','','','');
INSERT INTO "files" VALUES('shortcodes/a.md',296,1795929937445385059,1795929937445385059,5767569,'9fa7f92f7f2123c771b1f5e851e6b0a53dd73b29daef286205530dd24b4cf4d4','published','tag:ex.org,2026:/shortcodes/a','path:shortcodes/a','',NULL,NULL,'[[5, "the tag ''pdf'' is unknown and is left out", "replace it with what it should show", false, "unknown-tag", 3, "{{< pdf file=\"a.pdf\" title=\"The paper\" >}}"], [5, "the tag ''dl'' is unknown and is left out", "replace it with what it should show", false, "unknown-tag", 49, "{{< dl url=\"https://x.example/a.zip\" text=\"archive\" >}}"], [5, "the tag ''q'' is unknown and is left out", "replace it with what it should show", false, "unknown-tag", 108, "{{< q >}}"], [5, "the tag ''q'' is unknown and is left out", "replace it with what it should show", false, "unknown-tag", 130, "{{< /q >}}"], [5, "the tag ''kbd'' is unknown and is left out", "replace it with what it should show", false, "unknown-tag", 144, "{{< kbd \"Ctrl\" >}}"], [5, "the target of {{< x caption=\"Cap\" src=\"/rel.png\" >}} is not known, so the link is left out", "write the address instead, such as /posts/tea/", false, "no-target", 166, "{{< x caption=\"Cap\" src=\"/rel.png\" >}}"], [5, "the tag ''video'' is unknown and is left out", "replace it with what it should show", false, "unknown-tag", 208, "{{< video src=\"https://x.example/v.mp4\" >}}"]]','',1767801600000000,NULL,'','','','','');
INSERT INTO "files" VALUES('summary/a.md',307,1795929937446923491,1795929937446923491,5767857,'14a367314f09505e7d786c5dccc66c9db8e6e47c939a77ae1d4d62f7194b42c5','published','tag:ex.org,2026:/summary/a','path:summary/a','',NULL,NULL,'','',1768752000000000,NULL,'','','','','');
INSERT INTO "files" VALUES('summary/b.md',97,1795929937447042328,1795929937447042328,5767873,'c1105aae6cf177df1199680c8c75ed8eb4e770ebe4de892bd23928dc9aff0e83','published','tag:ex.org,2026:/summary/b','path:summary/b','',NULL,NULL,'','',1768838400000000,NULL,'','','','','');
INSERT INTO "files" VALUES('summary/e.md',121,1795929937447154225,1795929937447154225,5767889,'9a969253d42bd3c4d2563dc0e8db6c4f6b58643e843542eacca2c4671fe4e4e0','published','tag:ex.org,2026:/summary/e','path:summary/e','',NULL,NULL,'','',1768924800000000,NULL,'','','','','');
INSERT INTO "files" VALUES('tex/a.md',152,1795929937444871884,1795929937444871884,5767452,'343e14a44acc35fd19a9e908588bcc6a626578cac6d054ea2eb2d23b9f1deff3','published','tag:ex.org,2026:/tex/a','path:tex/a','',NULL,NULL,'','',1767369600000000,NULL,'','','','','');
INSERT INTO "files" VALUES('tilde1/a.md',154,1795929937444666999,1795929937444666999,5767319,'f36fa12e339808b5ee33a4842a7df52ea7f6d414202cdd98f639b6b49ba08a7a','published','tag:ex.org,2026:/tilde1/a','path:tilde1/a','',NULL,NULL,'','',1767196800000000,NULL,'','','','','');
INSERT INTO "files" VALUES('title-once/a.md',66,1795929937445812586,1795929937445812586,5767665,'a8940ea9a7a0f162457d8256713a0546005357b5dd49d9399b21ad979429d86f','published','tag:ex.org,2026:/title-once/a','path:title-once/a','',NULL,NULL,'','',1767196800000000,NULL,'','','','','');
INSERT INTO "files" VALUES('title-once/b.md',75,1795929937445901699,1795929937445901699,5767681,'d4ed7047b6582640eb09642deae225b88db4c64ad230c784f6bcc8818afca4cf','published','tag:ex.org,2026:/title-once/b','path:title-once/b','',NULL,NULL,'','',1767196800000000,NULL,'','','','','');
INSERT INTO "files" VALUES('title-once/c.md',66,1795929937445981668,1795929937445981668,5767697,'4df016f65830e3742fa340352776e43029c2a17888763af56ba6d499de96888f','published','tag:ex.org,2026:/title-once/c','path:title-once/c','',NULL,NULL,'','',1767196800000000,NULL,'','','','','');
INSERT INTO "files" VALUES('titles/0.md',60,1795929937447623815,1795929937447623815,5767953,'a04e2a49f8d0c1749bb1365caabbffe008fe456246a85cb79d29ead30c3649e2','published','tag:ex.org,2026:/titles/0','path:titles/0','',NULL,NULL,'','',1767196800000000,NULL,'','','','','');
INSERT INTO "files" VALUES('titles/1.md',55,1795929937447756592,1795929937447756592,5767969,'7c02e7b6984d2b2b0df7b741cdba6b9365ae1be0fa15397908cac68e503b7cd0','published','tag:ex.org,2026:/titles/1','path:titles/1','',NULL,NULL,'','',1767196800000000,NULL,'','','','','');
INSERT INTO "files" VALUES('titles/2.md',61,1795929937447882230,1795929937447882230,5767985,'9496d87de4dd2387f6ed8c7669662560f3140264af3231317d1b58bfefa9e9b1','published','tag:ex.org,2026:/titles/2','path:titles/2','',NULL,NULL,'','',1767196800000000,NULL,'','','','','');
INSERT INTO "files" VALUES('titles/5.md',55,1795929937448014276,1795929937448014276,5768001,'0ab88b0f7933b47efe2481399742f39cfa543ecb39f9a7186b90f5ade008bb35','published','tag:ex.org,2026:/titles/5','path:titles/5','',NULL,NULL,'','',1767196800000000,NULL,'','','','','');
INSERT INTO "files" VALUES('wiki-ref/a.md',180,1795929937444772176,1795929937444772176,5767397,'95a3b23668348a7d46bfafb0a3f04928ee6f63f606e91442c43d4e1fb7df2898','published','tag:ex.org,2026:/wiki-ref/a','path:wiki-ref/a','',NULL,NULL,'','',1767283200000000,NULL,'','','','','');
INSERT INTO "files" VALUES('wp/a.md',322,1795929937453794278,1795929937453794278,5768177,'c1e67f28666a5c26142114d7ebe1dc4f19379f58835b7115b94bb03ec7ea45e9','published','tag:ex.org,2026:/wp/a','path:wp/a','',NULL,NULL,'','',1767542400000000,NULL,'','','','','');
CREATE TABLE forgotten (
	hash VARCHAR NOT NULL, 
	PRIMARY KEY (hash)
);
CREATE TABLE held (
	entry_id TEXT NOT NULL, 
	kind VARCHAR NOT NULL, 
	path TEXT NOT NULL, 
	title TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	since BIGINT NOT NULL, 
	PRIMARY KEY (entry_id)
);
CREATE TABLE identities (
	"key" TEXT NOT NULL, 
	entry_id TEXT NOT NULL, 
	PRIMARY KEY ("key")
);
INSERT INTO "identities" VALUES('path:admon/a','tag:ex.org,2026:/admon/a');
INSERT INTO "identities" VALUES('path:admon2/a','tag:ex.org,2026:/admon2/a');
INSERT INTO "identities" VALUES('path:hidden/a','tag:ex.org,2026:/hidden/a');
INSERT INTO "identities" VALUES('path:kramdown/a','tag:ex.org,2026:/kramdown/a');
INSERT INTO "identities" VALUES('path:links/one','tag:ex.org,2026:/links/one');
INSERT INTO "identities" VALUES('path:links/sub/my note','tag:ex.org,2026:/links/sub/my%20note');
INSERT INTO "identities" VALUES('path:links/sub/three','tag:ex.org,2026:/links/sub/three');
INSERT INTO "identities" VALUES('path:links/two','tag:ex.org,2026:/links/two');
INSERT INTO "identities" VALUES('path:liquid/a','tag:ex.org,2026:/liquid/a');
INSERT INTO "identities" VALUES('path:more/a','tag:ex.org,2026:/more/a');
INSERT INTO "identities" VALUES('path:more/b','tag:ex.org,2026:/more/b');
INSERT INTO "identities" VALUES('path:more/c','tag:ex.org,2026:/more/c');
INSERT INTO "identities" VALUES('path:nobody/a','tag:ex.org,2026:/nobody/a');
INSERT INTO "identities" VALUES('path:nobody/b','tag:ex.org,2026:/nobody/b');
INSERT INTO "identities" VALUES('path:nobody/c','tag:ex.org,2026:/nobody/c');
INSERT INTO "identities" VALUES('path:schemes/a','tag:ex.org,2026:/schemes/a');
INSERT INTO "identities" VALUES('path:shortcodes/a','tag:ex.org,2026:/shortcodes/a');
INSERT INTO "identities" VALUES('path:summary/a','tag:ex.org,2026:/summary/a');
INSERT INTO "identities" VALUES('path:summary/b','tag:ex.org,2026:/summary/b');
INSERT INTO "identities" VALUES('path:summary/e','tag:ex.org,2026:/summary/e');
INSERT INTO "identities" VALUES('path:tex/a','tag:ex.org,2026:/tex/a');
INSERT INTO "identities" VALUES('path:tilde1/a','tag:ex.org,2026:/tilde1/a');
INSERT INTO "identities" VALUES('path:title-once/a','tag:ex.org,2026:/title-once/a');
INSERT INTO "identities" VALUES('path:title-once/b','tag:ex.org,2026:/title-once/b');
INSERT INTO "identities" VALUES('path:title-once/c','tag:ex.org,2026:/title-once/c');
INSERT INTO "identities" VALUES('path:titles/0','tag:ex.org,2026:/titles/0');
INSERT INTO "identities" VALUES('path:titles/1','tag:ex.org,2026:/titles/1');
INSERT INTO "identities" VALUES('path:titles/2','tag:ex.org,2026:/titles/2');
INSERT INTO "identities" VALUES('path:titles/5','tag:ex.org,2026:/titles/5');
INSERT INTO "identities" VALUES('path:wiki-ref/a','tag:ex.org,2026:/wiki-ref/a');
INSERT INTO "identities" VALUES('path:wp/a','tag:ex.org,2026:/wp/a');
CREATE TABLE intents (
	number VARCHAR NOT NULL, 
	name VARCHAR NOT NULL, 
	mode VARCHAR NOT NULL, 
	feed_path TEXT NOT NULL, 
	format VARCHAR NOT NULL, 
	callback TEXT NOT NULL, 
	host TEXT NOT NULL, 
	client VARCHAR NOT NULL, 
	secret TEXT NOT NULL, 
	lease_seconds BIGINT NOT NULL, 
	delivered VARCHAR NOT NULL, 
	asked_at BIGINT NOT NULL, 
	attempts INTEGER NOT NULL, 
	next_attempt_at BIGINT, 
	claimed_until BIGINT NOT NULL, 
	last_error TEXT NOT NULL, topic TEXT DEFAULT '' NOT NULL, verify_token TEXT DEFAULT '' NOT NULL, 
	PRIMARY KEY (number)
);
CREATE TABLE jobs (
	number INTEGER NOT NULL, 
	name VARCHAR NOT NULL, 
	kind VARCHAR NOT NULL, 
	ref TEXT NOT NULL, 
	state VARCHAR NOT NULL, 
	calls INTEGER NOT NULL, 
	asked_at BIGINT NOT NULL, 
	begun_at BIGINT, 
	ended_at BIGINT, 
	attempts INTEGER NOT NULL, 
	next_attempt_at BIGINT NOT NULL, 
	error TEXT NOT NULL, 
	report TEXT NOT NULL, watcher VARCHAR DEFAULT '' NOT NULL, accept VARCHAR DEFAULT '' NOT NULL, 
	PRIMARY KEY (number), 
	UNIQUE (name)
);
CREATE TABLE ledger (
	id TEXT NOT NULL, 
	"key" TEXT NOT NULL, 
	published VARCHAR NOT NULL, 
	updated VARCHAR NOT NULL, 
	redated VARCHAR NOT NULL, 
	first_at BIGINT NOT NULL, 
	title_digest VARCHAR NOT NULL, 
	body_digest VARCHAR NOT NULL, 
	body_length INTEGER NOT NULL, 
	words_digest VARCHAR NOT NULL, 
	permalink TEXT NOT NULL, 
	earlier_permalinks TEXT NOT NULL, 
	rss_guid TEXT NOT NULL, 
	withdrawn_at BIGINT, 
	adopted_published VARCHAR DEFAULT '' NOT NULL, 
	adopted_updated VARCHAR DEFAULT '' NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "ledger" VALUES('tag:ex.org,2026:/admon/a','path:admon/a','2026-01-09T00:00:00+08:00','2026-01-09T00:00:00+08:00','',1795929939847349,'0ddd64144eabb555abfdde11f0c0904f','8691ae711e28ec52c30f3589d8eaf3c1',138,'','https://ex.org/posts/admon/a/','','',NULL,'','');
INSERT INTO "ledger" VALUES('tag:ex.org,2026:/admon2/a','path:admon2/a','2026-01-10T00:00:00+08:00','2026-01-10T00:00:00+08:00','',1795929939847349,'68271b2aeff5916ea76f8b4af01a0c69','1ed4892ec0bccc5e2501b74735472730',161,'','https://ex.org/posts/admon2/a/','','',NULL,'','');
INSERT INTO "ledger" VALUES('tag:ex.org,2026:/hidden/a','path:hidden/a','2026-01-14T00:00:00+08:00','2026-01-14T00:00:00+08:00','',1795929939847349,'4224baa1d374d812d70648f1c06fefea','394129ec79891798b0e6db241ba52d94',47,'','https://ex.org/posts/hidden/a/','','',NULL,'','');
INSERT INTO "ledger" VALUES('tag:ex.org,2026:/kramdown/a','path:kramdown/a','2026-01-04T00:00:00+08:00','2026-01-04T00:00:00+08:00','',1795929939847349,'50d63975987efde1c3ea707f0ef740fa','4b95c321f1f0081e50bdb13454653cd1',138,'','https://ex.org/posts/kramdown/a/','','',NULL,'','');
INSERT INTO "ledger" VALUES('tag:ex.org,2026:/links/one','path:links/one','2026-01-27T00:00:00+08:00','2026-01-27T00:00:00+08:00','',1795929939847349,'c742daac16f540d768199ce3f2f694f4','309245cdb2d93382c34ec14890f1b766',89,'','https://ex.org/posts/links/one/','','',NULL,'','');
INSERT INTO "ledger" VALUES('tag:ex.org,2026:/links/sub/my%20note','path:links/sub/my note','2026-01-02T00:00:00+08:00','2026-01-02T00:00:00+08:00','',1795929939847349,'3c887742103eddf092a26b83f6dcda8b','2d711642b726b04401627ca9fbac32f5',1,'','https://ex.org/posts/links/sub/my%20note/','','',NULL,'','');
INSERT INTO "ledger" VALUES('tag:ex.org,2026:/links/sub/three','path:links/sub/three','2026-01-01T00:00:00+08:00','2026-01-01T00:00:00+08:00','',1795929939847349,'3c887742103eddf092a26b83f6dcda8b','8c483fb3c23e85360b81b7a0d48987ef',12,'','https://ex.org/posts/links/sub/three/','','',NULL,'','');
INSERT INTO "ledger" VALUES('tag:ex.org,2026:/links/two','path:links/two','2026-01-01T00:00:00+08:00','2026-01-01T00:00:00+08:00','',1795929939847349,'94a72c074cfe574742c9e99e863322f7','4f6c45c16dc86d13b8d3542ca3d4a0f9',4,'','https://ex.org/second/','','',NULL,'','');
INSERT INTO "ledger" VALUES('tag:ex.org,2026:/liquid/a','path:liquid/a','2026-01-01T00:00:00+08:00','2026-01-01T00:00:00+08:00','',1795929939847349,'5283bf75ca7a7bea643cefe7b81466cd','f5bbe9db1c3a2865a556173602177d91',208,'','https://ex.org/posts/liquid/a/','','',NULL,'','');
INSERT INTO "ledger" VALUES('tag:ex.org,2026:/more/a','path:more/a','2026-01-01T00:00:00+08:00','2026-01-01T00:00:00+08:00','',1795929939847349,'9863218ffa8d0f9758ee594bba37dc73','50304b4c901255ea91940009a6f3e212',22,'','https://ex.org/posts/more/a/','','',NULL,'','');
INSERT INTO "ledger" VALUES('tag:ex.org,2026:/more/b','path:more/b','2026-01-05T00:00:00+08:00','2026-01-05T00:00:00+08:00','',1795929939847349,'06a894b89eba9263cddcd0d043264e33','927e1bf799f2e8189b933d63e4ce11cd',14,'','https://ex.org/posts/more/b/','','',NULL,'','');
INSERT INTO "ledger" VALUES('tag:ex.org,2026:/more/c','path:more/c','2026-01-06T00:00:00+08:00','2026-01-06T00:00:00+08:00','',1795929939847349,'e4aa0ccaa7e5caba296a49d18a493c25','ff2bcacb16d68103d83357a0cd79c0d1',9,'','https://ex.org/posts/more/c/','','',NULL,'','');
INSERT INTO "ledger" VALUES('tag:ex.org,2026:/nobody/a','path:nobody/a','2026-01-01T00:00:00+08:00','2026-01-01T00:00:00+08:00','',1795929939847349,'c10b25d742058b6c61351eafbd42ef3d','e3b0c44298fc1c149afbf4c8996fb924',0,'','https://ex.org/posts/nobody/a/','','',NULL,'','');
INSERT INTO "ledger" VALUES('tag:ex.org,2026:/nobody/b','path:nobody/b','2026-01-01T00:00:00+08:00','2026-01-01T00:00:00+08:00','',1795929939847349,'0f617ba98e6a0f426517e51aff86858d','e3b0c44298fc1c149afbf4c8996fb924',0,'','https://ex.org/posts/nobody/b/','','',NULL,'','');
INSERT INTO "ledger" VALUES('tag:ex.org,2026:/nobody/c','path:nobody/c','2026-01-01T00:00:00+08:00','2026-01-01T00:00:00+08:00','',1795929939847349,'5dd67f7fb9c529cb28245800137482c9','e5b8fb230deaad1a4478649d40e85e71',0,'','https://ex.org/posts/nobody/c/','','',NULL,'','');
INSERT INTO "ledger" VALUES('tag:ex.org,2026:/schemes/a','path:schemes/a','2026-01-15T00:00:00+08:00','2026-01-15T00:00:00+08:00','',1795929939847349,'57356b488d61195356e2547378c769e3','186a5d6bcbf18117750706e8884e766c',46,'','https://ex.org/posts/schemes/a/','','',NULL,'','');
INSERT INTO "ledger" VALUES('tag:ex.org,2026:/shortcodes/a','path:shortcodes/a','2026-01-08T00:00:00+08:00','2026-01-08T00:00:00+08:00','',1795929939847349,'4b26829a29b9b277732175f05596ab1f','b441f18d6a72d2b6d5a6429f461b609b',36,'','https://ex.org/posts/shortcodes/a/','','',NULL,'','');
INSERT INTO "ledger" VALUES('tag:ex.org,2026:/summary/a','path:summary/a','2026-01-19T00:00:00+08:00','2026-01-19T00:00:00+08:00','',1795929939847349,'3e4627f6d1e514db19c40a55c33ad44c','c0ecb81b25d7b075e239a86c285ae55c',265,'','https://ex.org/posts/summary/a/','','',NULL,'','');
INSERT INTO "ledger" VALUES('tag:ex.org,2026:/summary/b','path:summary/b','2026-01-20T00:00:00+08:00','2026-01-20T00:00:00+08:00','',1795929939847349,'39f796dce6799af9aaba414ed0ee9f75','508d44429e375ec4f7cd5eced8069a19',19,'','https://ex.org/posts/summary/b/','','',NULL,'','');
INSERT INTO "ledger" VALUES('tag:ex.org,2026:/summary/e','path:summary/e','2026-01-21T00:00:00+08:00','2026-01-21T00:00:00+08:00','',1795929939847349,'61ceb44ed59414522d54b0df105d04aa','d6c1f1151c6a9dd775d15839bbb1ce7c',18,'','https://ex.org/posts/summary/e/','','',NULL,'','');
INSERT INTO "ledger" VALUES('tag:ex.org,2026:/tex/a','path:tex/a','2026-01-03T00:00:00+08:00','2026-01-03T00:00:00+08:00','',1795929939847349,'4169dbe8b046875b4f6a377efb570541','b08412e43e7641e2aa72aaeeb85b4981',104,'','https://ex.org/posts/tex/a/','','',NULL,'','');
INSERT INTO "ledger" VALUES('tag:ex.org,2026:/tilde1/a','path:tilde1/a','2026-01-01T00:00:00+08:00','2026-01-01T00:00:00+08:00','',1795929939847349,'5c37cb654b34188cbdaa144a8e5f1fd5','da6215bab9804ee88da0f0e988ab1b91',97,'','https://ex.org/posts/tilde1/a/','','',NULL,'','');
INSERT INTO "ledger" VALUES('tag:ex.org,2026:/title-once/a','path:title-once/a','2026-01-01T00:00:00+08:00','2026-01-01T00:00:00+08:00','',1795929939847349,'8f4ec1811c6c4261c97a7423b3a56d69','bfdd1eb7f14214487491c18e22006b13',19,'','https://ex.org/posts/title-once/a/','','',NULL,'','');
INSERT INTO "ledger" VALUES('tag:ex.org,2026:/title-once/b','path:title-once/b','2026-01-01T00:00:00+08:00','2026-01-01T00:00:00+08:00','',1795929939847349,'46932f1e6ea5216e77f58b1908d72ec9','a104b6aa5b0cc2780f9f4f1956d08d83',12,'','https://ex.org/posts/title-once/b/','','',NULL,'','');
INSERT INTO "ledger" VALUES('tag:ex.org,2026:/title-once/c','path:title-once/c','2026-01-01T00:00:00+08:00','2026-01-01T00:00:00+08:00','',1795929939847349,'ffc7a1de78b7edaa78d5e97dffb36b74','7ef05a275b301fe129dbc024267bc7cb',14,'','https://ex.org/posts/title-once/c/','','',NULL,'','');
INSERT INTO "ledger" VALUES('tag:ex.org,2026:/titles/0','path:titles/0','2026-01-01T00:00:00+08:00','2026-01-01T00:00:00+08:00','',1795929939847349,'37ddd51b9445c5b58e4e257847dd2551','2d711642b726b04401627ca9fbac32f5',1,'','https://ex.org/posts/titles/0/','','',NULL,'','');
INSERT INTO "ledger" VALUES('tag:ex.org,2026:/titles/1','path:titles/1','2026-01-01T00:00:00+08:00','2026-01-01T00:00:00+08:00','',1795929939847349,'395a644eafb632c455cf3283242ed5cc','2d711642b726b04401627ca9fbac32f5',1,'','https://ex.org/posts/titles/1/','','',NULL,'','');
INSERT INTO "ledger" VALUES('tag:ex.org,2026:/titles/2','path:titles/2','2026-01-01T00:00:00+08:00','2026-01-01T00:00:00+08:00','',1795929939847349,'9b88638c7244ec782db49e39190c8715','2d711642b726b04401627ca9fbac32f5',1,'','https://ex.org/posts/titles/2/','','',NULL,'','');
INSERT INTO "ledger" VALUES('tag:ex.org,2026:/titles/5','path:titles/5','2026-01-01T00:00:00+08:00','2026-01-01T00:00:00+08:00','',1795929939847349,'58119eb04f5a0cd172fe483e52bfae5a','2d711642b726b04401627ca9fbac32f5',1,'','https://ex.org/posts/titles/5/','','',NULL,'','');
INSERT INTO "ledger" VALUES('tag:ex.org,2026:/wiki-ref/a','path:wiki-ref/a','2026-01-02T00:00:00+08:00','2026-01-02T00:00:00+08:00','',1795929939847349,'69638062ab35a5e8fd4ba5f3545ce709','d8d9b2e7e521c508e9ac9d22fad7fdeb',71,'','https://ex.org/posts/wiki-ref/a/','','',NULL,'','');
INSERT INTO "ledger" VALUES('tag:ex.org,2026:/wp/a','path:wp/a','2026-01-05T00:00:00+08:00','2026-01-05T00:00:00+08:00','',1795929939847349,'c53d10da311d46334d3ba0f5318cf236','0d0798ac666c22904ba8459c3ea8d282',165,'','https://ex.org/posts/wp/a/','','',NULL,'','');
CREATE TABLE listeners (
	name VARCHAR NOT NULL, 
	told BIGINT NOT NULL, 
	attempts INTEGER NOT NULL, 
	next_attempt_at BIGINT NOT NULL, 
	claimed_until BIGINT NOT NULL, 
	last_error TEXT NOT NULL, 
	PRIMARY KEY (name)
);
CREATE TABLE losses (
	entry_id TEXT NOT NULL, 
	at BIGINT NOT NULL, 
	groups TEXT NOT NULL, 
	PRIMARY KEY (entry_id)
);
CREATE TABLE memberships (
	feed INTEGER NOT NULL, 
	published_at BIGINT NOT NULL, 
	entry_id TEXT NOT NULL, 
	PRIMARY KEY (feed, published_at, entry_id), 
	FOREIGN KEY(feed) REFERENCES feeds (number)
)
 WITHOUT ROWID

;
INSERT INTO "memberships" VALUES(1,1767196800000000,'tag:ex.org,2026:/links/sub/three');
INSERT INTO "memberships" VALUES(1,1767196800000000,'tag:ex.org,2026:/links/two');
INSERT INTO "memberships" VALUES(1,1767196800000000,'tag:ex.org,2026:/liquid/a');
INSERT INTO "memberships" VALUES(1,1767196800000000,'tag:ex.org,2026:/more/a');
INSERT INTO "memberships" VALUES(1,1767196800000000,'tag:ex.org,2026:/nobody/a');
INSERT INTO "memberships" VALUES(1,1767196800000000,'tag:ex.org,2026:/nobody/b');
INSERT INTO "memberships" VALUES(1,1767196800000000,'tag:ex.org,2026:/nobody/c');
INSERT INTO "memberships" VALUES(1,1767196800000000,'tag:ex.org,2026:/tilde1/a');
INSERT INTO "memberships" VALUES(1,1767196800000000,'tag:ex.org,2026:/title-once/a');
INSERT INTO "memberships" VALUES(1,1767196800000000,'tag:ex.org,2026:/title-once/b');
INSERT INTO "memberships" VALUES(1,1767196800000000,'tag:ex.org,2026:/title-once/c');
INSERT INTO "memberships" VALUES(1,1767196800000000,'tag:ex.org,2026:/titles/0');
INSERT INTO "memberships" VALUES(1,1767196800000000,'tag:ex.org,2026:/titles/1');
INSERT INTO "memberships" VALUES(1,1767196800000000,'tag:ex.org,2026:/titles/2');
INSERT INTO "memberships" VALUES(1,1767196800000000,'tag:ex.org,2026:/titles/5');
INSERT INTO "memberships" VALUES(1,1767283200000000,'tag:ex.org,2026:/links/sub/my%20note');
INSERT INTO "memberships" VALUES(1,1767283200000000,'tag:ex.org,2026:/wiki-ref/a');
INSERT INTO "memberships" VALUES(1,1767369600000000,'tag:ex.org,2026:/tex/a');
INSERT INTO "memberships" VALUES(1,1767456000000000,'tag:ex.org,2026:/kramdown/a');
INSERT INTO "memberships" VALUES(1,1767542400000000,'tag:ex.org,2026:/more/b');
INSERT INTO "memberships" VALUES(1,1767542400000000,'tag:ex.org,2026:/wp/a');
INSERT INTO "memberships" VALUES(1,1767628800000000,'tag:ex.org,2026:/more/c');
INSERT INTO "memberships" VALUES(1,1767801600000000,'tag:ex.org,2026:/shortcodes/a');
INSERT INTO "memberships" VALUES(1,1767888000000000,'tag:ex.org,2026:/admon/a');
INSERT INTO "memberships" VALUES(1,1767974400000000,'tag:ex.org,2026:/admon2/a');
INSERT INTO "memberships" VALUES(1,1768320000000000,'tag:ex.org,2026:/hidden/a');
INSERT INTO "memberships" VALUES(1,1768406400000000,'tag:ex.org,2026:/schemes/a');
INSERT INTO "memberships" VALUES(1,1768752000000000,'tag:ex.org,2026:/summary/a');
INSERT INTO "memberships" VALUES(1,1768838400000000,'tag:ex.org,2026:/summary/b');
INSERT INTO "memberships" VALUES(1,1768924800000000,'tag:ex.org,2026:/summary/e');
INSERT INTO "memberships" VALUES(1,1769443200000000,'tag:ex.org,2026:/links/one');
INSERT INTO "memberships" VALUES(2,1767196800000000,'tag:ex.org,2026:/links/sub/three');
INSERT INTO "memberships" VALUES(2,1767196800000000,'tag:ex.org,2026:/links/two');
INSERT INTO "memberships" VALUES(2,1767196800000000,'tag:ex.org,2026:/liquid/a');
INSERT INTO "memberships" VALUES(2,1767196800000000,'tag:ex.org,2026:/more/a');
INSERT INTO "memberships" VALUES(2,1767196800000000,'tag:ex.org,2026:/nobody/a');
INSERT INTO "memberships" VALUES(2,1767196800000000,'tag:ex.org,2026:/nobody/b');
INSERT INTO "memberships" VALUES(2,1767196800000000,'tag:ex.org,2026:/nobody/c');
INSERT INTO "memberships" VALUES(2,1767196800000000,'tag:ex.org,2026:/tilde1/a');
INSERT INTO "memberships" VALUES(2,1767196800000000,'tag:ex.org,2026:/title-once/a');
INSERT INTO "memberships" VALUES(2,1767196800000000,'tag:ex.org,2026:/title-once/b');
INSERT INTO "memberships" VALUES(2,1767196800000000,'tag:ex.org,2026:/title-once/c');
INSERT INTO "memberships" VALUES(2,1767196800000000,'tag:ex.org,2026:/titles/0');
INSERT INTO "memberships" VALUES(2,1767196800000000,'tag:ex.org,2026:/titles/1');
INSERT INTO "memberships" VALUES(2,1767196800000000,'tag:ex.org,2026:/titles/2');
INSERT INTO "memberships" VALUES(2,1767196800000000,'tag:ex.org,2026:/titles/5');
INSERT INTO "memberships" VALUES(2,1767283200000000,'tag:ex.org,2026:/links/sub/my%20note');
INSERT INTO "memberships" VALUES(2,1767283200000000,'tag:ex.org,2026:/wiki-ref/a');
INSERT INTO "memberships" VALUES(2,1767369600000000,'tag:ex.org,2026:/tex/a');
INSERT INTO "memberships" VALUES(2,1767456000000000,'tag:ex.org,2026:/kramdown/a');
INSERT INTO "memberships" VALUES(2,1767542400000000,'tag:ex.org,2026:/more/b');
INSERT INTO "memberships" VALUES(2,1767542400000000,'tag:ex.org,2026:/wp/a');
INSERT INTO "memberships" VALUES(2,1767628800000000,'tag:ex.org,2026:/more/c');
INSERT INTO "memberships" VALUES(2,1767801600000000,'tag:ex.org,2026:/shortcodes/a');
INSERT INTO "memberships" VALUES(2,1767888000000000,'tag:ex.org,2026:/admon/a');
INSERT INTO "memberships" VALUES(2,1767974400000000,'tag:ex.org,2026:/admon2/a');
INSERT INTO "memberships" VALUES(2,1768320000000000,'tag:ex.org,2026:/hidden/a');
INSERT INTO "memberships" VALUES(2,1768406400000000,'tag:ex.org,2026:/schemes/a');
INSERT INTO "memberships" VALUES(2,1768752000000000,'tag:ex.org,2026:/summary/a');
INSERT INTO "memberships" VALUES(2,1768838400000000,'tag:ex.org,2026:/summary/b');
INSERT INTO "memberships" VALUES(2,1768924800000000,'tag:ex.org,2026:/summary/e');
INSERT INTO "memberships" VALUES(2,1769443200000000,'tag:ex.org,2026:/links/one');
INSERT INTO "memberships" VALUES(3,1767196800000000,'tag:ex.org,2026:/links/sub/three');
INSERT INTO "memberships" VALUES(3,1767196800000000,'tag:ex.org,2026:/links/two');
INSERT INTO "memberships" VALUES(3,1767196800000000,'tag:ex.org,2026:/liquid/a');
INSERT INTO "memberships" VALUES(3,1767196800000000,'tag:ex.org,2026:/more/a');
INSERT INTO "memberships" VALUES(3,1767196800000000,'tag:ex.org,2026:/nobody/a');
INSERT INTO "memberships" VALUES(3,1767196800000000,'tag:ex.org,2026:/nobody/b');
INSERT INTO "memberships" VALUES(3,1767196800000000,'tag:ex.org,2026:/nobody/c');
INSERT INTO "memberships" VALUES(3,1767196800000000,'tag:ex.org,2026:/tilde1/a');
INSERT INTO "memberships" VALUES(3,1767196800000000,'tag:ex.org,2026:/title-once/a');
INSERT INTO "memberships" VALUES(3,1767196800000000,'tag:ex.org,2026:/title-once/b');
INSERT INTO "memberships" VALUES(3,1767196800000000,'tag:ex.org,2026:/title-once/c');
INSERT INTO "memberships" VALUES(3,1767196800000000,'tag:ex.org,2026:/titles/0');
INSERT INTO "memberships" VALUES(3,1767196800000000,'tag:ex.org,2026:/titles/1');
INSERT INTO "memberships" VALUES(3,1767196800000000,'tag:ex.org,2026:/titles/2');
INSERT INTO "memberships" VALUES(3,1767196800000000,'tag:ex.org,2026:/titles/5');
INSERT INTO "memberships" VALUES(3,1767283200000000,'tag:ex.org,2026:/links/sub/my%20note');
INSERT INTO "memberships" VALUES(3,1767283200000000,'tag:ex.org,2026:/wiki-ref/a');
INSERT INTO "memberships" VALUES(3,1767369600000000,'tag:ex.org,2026:/tex/a');
INSERT INTO "memberships" VALUES(3,1767456000000000,'tag:ex.org,2026:/kramdown/a');
INSERT INTO "memberships" VALUES(3,1767542400000000,'tag:ex.org,2026:/more/b');
INSERT INTO "memberships" VALUES(3,1767542400000000,'tag:ex.org,2026:/wp/a');
INSERT INTO "memberships" VALUES(3,1767628800000000,'tag:ex.org,2026:/more/c');
INSERT INTO "memberships" VALUES(3,1767801600000000,'tag:ex.org,2026:/shortcodes/a');
INSERT INTO "memberships" VALUES(3,1767888000000000,'tag:ex.org,2026:/admon/a');
INSERT INTO "memberships" VALUES(3,1767974400000000,'tag:ex.org,2026:/admon2/a');
INSERT INTO "memberships" VALUES(3,1768320000000000,'tag:ex.org,2026:/hidden/a');
INSERT INTO "memberships" VALUES(3,1768406400000000,'tag:ex.org,2026:/schemes/a');
INSERT INTO "memberships" VALUES(3,1768752000000000,'tag:ex.org,2026:/summary/a');
INSERT INTO "memberships" VALUES(3,1768838400000000,'tag:ex.org,2026:/summary/b');
INSERT INTO "memberships" VALUES(3,1768924800000000,'tag:ex.org,2026:/summary/e');
INSERT INTO "memberships" VALUES(3,1769443200000000,'tag:ex.org,2026:/links/one');
CREATE TABLE messages (
	message TEXT NOT NULL, 
	job VARCHAR NOT NULL, 
	heard_at BIGINT NOT NULL, 
	PRIMARY KEY (message)
);
CREATE TABLE publishes (
	number BIGINT NOT NULL, 
	at BIGINT NOT NULL, 
	news TEXT NOT NULL, 
	PRIMARY KEY (number)
);
INSERT INTO "publishes" VALUES(1,1795929939847349,'{"added": [{"id": "tag:ex.org,2026:/admon/a", "title": "admon a", "permalink": "https://ex.org/posts/admon/a/", "published": "2026-01-09T00:00:00+08:00", "summary": "!!! warning W !!! note \"\" no title ??? info \"折叠\" 内容 - a - b !!! Attention everybody item !!! tip in list === \"A\" aa === \"B\" bb Title"}, {"id": "tag:ex.org,2026:/admon2/a", "title": "admon2 a", "permalink": "https://ex.org/posts/admon2/a/", "published": "2026-01-10T00:00:00+08:00", "summary": ":::tip[My tip] Body b ::: ::::note :::warning nested ::: :::: :::info 标题 内容 ::: :::unknown keep ::: :::note code ::: text ::: here :::note unclosed"}, {"id": "tag:ex.org,2026:/hidden/a", "title": "hidden a", "permalink": "https://ex.org/posts/hidden/a/", "published": "2026-01-14T00:00:00+08:00", "summary": "a b c d e fg st md Last unclosed more"}, {"id": "tag:ex.org,2026:/kramdown/a", "title": "kramdown a", "permalink": "https://ex.org/posts/kramdown/a/", "published": "2026-01-04T00:00:00+08:00", "summary": "{: .icon width=\"70\"} A. {: style=\"x\"} **bold** in div note^[inline note] :tada: ==mark== x *[HTML]: Hyper HTML is Term : Def $$a^2$$"}, {"id": "tag:ex.org,2026:/links/one", "title": "links o", "permalink": "https://ex.org/posts/links/one/", "published": "2026-01-27T00:00:00+08:00", "summary": "Two W h nope draft two m e abs http html d no self r raw"}, {"id": "tag:ex.org,2026:/links/sub/my%20note", "title": "links s", "permalink": "https://ex.org/posts/links/sub/my%20note/", "published": "2026-01-02T00:00:00+08:00", "summary": "x"}, {"id": "tag:ex.org,2026:/links/sub/three", "title": "links s", "permalink": "https://ex.org/posts/links/sub/three/", "published": "2026-01-01T00:00:00+08:00", "summary": "up sib One"}, {"id": "tag:ex.org,2026:/links/two", "title": "Two", "permalink": "https://ex.org/second/", "published": "2026-01-01T00:00:00+08:00", "summary": "one"}, {"id": "tag:ex.org,2026:/liquid/a", "title": "Tea & me", "permalink": "https://ex.org/posts/liquid/a/", "published": "2026-01-01T00:00:00+08:00", "summary": "V {{ v }} p {{ p }} pv t s u q f {{ ''a'' | upcase }}. yesno un ABC {{ p.title }} {::comment}secret2{:/comment}{{ kept }} {{ code }} x: ${{ secrets.A }} l [m]({{ x.y }}) <{{ z }}> raw gone {{ unclosed…"}, {"id": "tag:ex.org,2026:/more/a", "title": "more a", "permalink": "https://ex.org/posts/more/a/", "published": "2026-01-01T00:00:00+08:00", "summary": "First. Second <!--more-->."}, {"id": "tag:ex.org,2026:/more/b", "title": "more b", "permalink": "https://ex.org/posts/more/b/", "published": "2026-01-05T00:00:00+08:00", "summary": "One"}, {"id": "tag:ex.org,2026:/more/c", "title": "more c", "permalink": "https://ex.org/posts/more/c/", "published": "2026-01-06T00:00:00+08:00", "summary": "A B *b* C"}, {"id": "tag:ex.org,2026:/nobody/a", "title": "nobody a", "permalink": "https://ex.org/posts/nobody/a/", "published": "2026-01-01T00:00:00+08:00", "summary": "Desc **b**."}, {"id": "tag:ex.org,2026:/nobody/b", "title": "T2", "permalink": "https://ex.org/posts/nobody/b/", "published": "2026-01-01T00:00:00+08:00", "summary": ""}, {"id": "tag:ex.org,2026:/nobody/c", "title": "T3", "permalink": "https://ex.org/posts/nobody/c/", "published": "2026-01-01T00:00:00+08:00", "summary": "D3"}, {"id": "tag:ex.org,2026:/schemes/a", "title": "schemes a", "permalink": "https://ex.org/posts/schemes/a/", "published": "2026-01-15T00:00:00+08:00", "summary": "a b c d e f g h i j ftp://auto.example/x l m n"}, {"id": "tag:ex.org,2026:/shortcodes/a", "title": "shortcodes a", "permalink": "https://ex.org/posts/shortcodes/a/", "published": "2026-01-08T00:00:00+08:00", "summary": "A . B . C quoted text. D . E . F ."}, {"id": "tag:ex.org,2026:/summary/a", "title": "summary a", "permalink": "https://ex.org/posts/summary/a/", "published": "2026-01-19T00:00:00+08:00", "summary": "The talk by Prof. Li on Jan. 3 at approx. 9 a.m. in St. Gallen about e.g. tea cost 3.14 euros and was, i.e. so to speak, attended by Dr. Who et al."}, {"id": "tag:ex.org,2026:/summary/b", "title": "summary b", "permalink": "https://ex.org/posts/summary/b/", "published": "2026-01-20T00:00:00+08:00", "summary": "目录 一 二 正文在这里。"}, {"id": "tag:ex.org,2026:/summary/e", "title": "summary e", "permalink": "https://ex.org/posts/summary/e/", "published": "2026-01-21T00:00:00+08:00", "summary": "Caption Real text."}, {"id": "tag:ex.org,2026:/tex/a", "title": "tex a", "permalink": "https://ex.org/posts/tex/a/", "published": "2026-01-03T00:00:00+08:00", "summary": "Escaped [x], $$a_b$$ and (y) $x^2$ f(x). $$\\frac{a}{b} = c$$ $$E = mc^2$$ $5 and $6, $x^2$ $$ a $$"}, {"id": "tag:ex.org,2026:/tilde1/a", "title": "tilde1 a", "permalink": "https://ex.org/posts/tilde1/a/", "published": "2026-01-01T00:00:00+08:00", "summary": "10~20 人 ~100 567 3~5天 a~b 1~2 ~~~ code x foo~~bar~~baz ~ ~~ a ~~ b~~c~~~d~~~"}, {"id": "tag:ex.org,2026:/title-once/a", "title": "Hello, World!", "permalink": "https://ex.org/posts/title-once/a/", "published": "2026-01-01T00:00:00+08:00", "summary": "hello world Text."}, {"id": "tag:ex.org,2026:/title-once/b", "title": "你好，世界", "permalink": "https://ex.org/posts/title-once/b/", "published": "2026-01-01T00:00:00+08:00", "summary": "你好世界 正文。"}, {"id": "tag:ex.org,2026:/title-once/c", "title": "A &amp; B", "permalink": "https://ex.org/posts/title-once/c/", "published": "2026-01-01T00:00:00+08:00", "summary": "A & B Text"}, {"id": "tag:ex.org,2026:/titles/0", "title": "Tea &amp; cake &mdash; x", "permalink": "https://ex.org/posts/titles/0/", "published": "2026-01-01T00:00:00+08:00", "summary": "x"}, {"id": "tag:ex.org,2026:/titles/1", "title": "**Bold** and `code`", "permalink": "https://ex.org/posts/titles/1/", "published": "2026-01-01T00:00:00+08:00", "summary": "x"}, {"id": "tag:ex.org,2026:/titles/2", "title": "[link](https://x.example)", "permalink": "https://ex.org/posts/titles/2/", "published": "2026-01-01T00:00:00+08:00", "summary": "x"}, {"id": "tag:ex.org,2026:/titles/5", "title": "C<T> and <em>x</em>", "permalink": "https://ex.org/posts/titles/5/", "published": "2026-01-01T00:00:00+08:00", "summary": "x"}, {"id": "tag:ex.org,2026:/wiki-ref/a", "title": "wiki-ref a", "permalink": "https://ex.org/posts/wiki-ref/a/", "published": "2026-01-02T00:00:00+08:00", "summary": "See Bug > 1 and y arr[[0]] 0 (2,3) heading [Bug #1]"}, {"id": "tag:ex.org,2026:/wp/a", "title": "wp a", "permalink": "https://ex.org/posts/wp/a/", "published": "2026-01-05T00:00:00+08:00", "summary": "[caption id=\"a\" width=\"300\"] My cap[/caption] [youtube https://www.youtube.com/watch?v=abc] [gallery ids=\"1,2\"] [embed]https://x.example/v[/embed] [code lang=\"php\"][/code] [audio…"}], "changed": [], "withdrawn": [], "feeds": ["", "authors/Me", "lang/en"], "counts": [31, 0, 0, 3]}');
CREATE TABLE subscriptions (
	name VARCHAR NOT NULL, 
	feed_path TEXT NOT NULL, 
	format VARCHAR NOT NULL, 
	callback TEXT NOT NULL, 
	host TEXT NOT NULL, 
	client VARCHAR NOT NULL, 
	secret TEXT NOT NULL, 
	since BIGINT NOT NULL, 
	lease_ends_at BIGINT NOT NULL, 
	delivered VARCHAR NOT NULL, 
	delivered_at BIGINT, 
	attempts INTEGER NOT NULL, 
	next_attempt_at BIGINT NOT NULL, 
	claimed_until BIGINT NOT NULL, 
	last_error TEXT NOT NULL, topic TEXT DEFAULT '' NOT NULL, 
	PRIMARY KEY (name)
);
CREATE TABLE watchers (
	name VARCHAR NOT NULL, 
	folder TEXT NOT NULL, 
	alive_at BIGINT NOT NULL, 
	PRIMARY KEY (name)
);
CREATE INDEX files_entry ON files (entry_id);
CREATE INDEX files_wants ON files (wants);
CREATE INDEX files_due ON files (due_at);
CREATE INDEX files_missing ON files (missing_since);
CREATE INDEX files_problems ON files (path) WHERE problems <> '';
CREATE INDEX entries_permalink ON entries (permalink);
CREATE INDEX feeds_moved_in ON feeds (moved_in);
CREATE INDEX jobs_state ON jobs (state);
CREATE INDEX messages_heard_at ON messages (heard_at);
CREATE INDEX subscriptions_feed ON subscriptions (feed_path);
CREATE INDEX subscriptions_client ON subscriptions (client);
CREATE INDEX subscriptions_host ON subscriptions (host);
CREATE INDEX intents_name ON intents (name);
CREATE INDEX intents_next_attempt_at ON intents (next_attempt_at);
CREATE INDEX intents_host ON intents (host);
CREATE INDEX intents_client ON intents (client);
CREATE INDEX attachments_entry ON attachments (entry_id);
CREATE INDEX files_measured ON files (path) WHERE measured <> '';
CREATE INDEX feeds_size ON feeds (kind, entries);
CREATE INDEX ledger_body ON ledger (body_digest);
CREATE INDEX ledger_key ON ledger ("key");
CREATE INDEX files_ends ON files (ends_at) WHERE ends_at IS NOT NULL;
CREATE INDEX files_hides_key ON files (hides_key) WHERE hides_key <> '';
CREATE INDEX files_hides_title ON files (hides_title) WHERE hides_title <> '';
CREATE INDEX files_hides_body ON files (hides_body) WHERE hides_body <> '';
COMMIT;
