/* Linked lists: build, reverse, merge sort, and a binary tree. */
#include "support.h"
struct node { struct node *next; int value; };
struct tree { struct tree *left, *right; int key; };
static struct node pool[3000];
static struct tree trees[2000];
static int used;
static struct node *merge(struct node *a, struct node *b) {
  struct node head, *tail = &head;
  while (a && b) {
    if (a->value <= b->value) { tail->next = a; a = a->next; }
    else { tail->next = b; b = b->next; }
    tail = tail->next;
  }
  tail->next = a ? a : b;
  return head.next;
}
static struct node *sort(struct node *list) {
  if (!list || !list->next) return list;
  struct node *slow = list, *fast = list->next;
  while (fast && fast->next) { slow = slow->next; fast = fast->next->next; }
  struct node *second = slow->next;
  slow->next = 0;
  return merge(sort(list), sort(second));
}
static struct tree *insert(struct tree *t, int key) {
  if (!t) { t = &trees[used++]; t->key = key; return t; }
  if (key < t->key) t->left = insert(t->left, key);
  else if (key > t->key) t->right = insert(t->right, key);
  return t;
}
static int depth(const struct tree *t) {
  if (!t) return 0;
  int l = depth(t->left), r = depth(t->right);
  return 1 + (l > r ? l : r);
}
int main(void) {
  struct node *list = 0;
  struct tree *root = 0;
  unsigned seed = 7, sum = 0;
  for (int i = 0; i < 3000; i++) { seed = seed * 69069u + 1; pool[i].value = (int)(seed >> 16); pool[i].next = list; list = &pool[i]; }
  list = sort(list);
  struct node *reversed = 0;
  while (list) { struct node *next = list->next; list->next = reversed; reversed = list; list = next; }
  for (struct node *n = reversed; n; n = n->next) sum = sum * 31 + (unsigned)n->value;
  for (int i = 0; i < 2000; i++) { seed = seed * 69069u + 1; root = insert(root, (int)(seed >> 12)); }
  show("list", sum);
  show("depth", (unsigned)depth(root));
  return 0;
}
